"""The protocol itself, without I/O."""
