"""The functions, filters and tests of templates: one module per group, each declaring what it offers."""
