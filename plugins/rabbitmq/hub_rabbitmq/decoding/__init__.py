"""What the bytes of a message mean: JSON, and Avro in its three framings."""
