"""Types of expressions, as far as they are known before DuckDB binds them, and what follows."""
