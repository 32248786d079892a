"""User-defined functions: which one a call means, and its body written in."""
