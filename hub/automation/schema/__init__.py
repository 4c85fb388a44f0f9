"""The automation language as models: what may be written, and the errors when it is not."""
