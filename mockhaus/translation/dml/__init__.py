"""Statements that change rows, as DuckDB runs them."""
