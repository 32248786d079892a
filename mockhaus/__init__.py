"""Mockhaus: Snowflake SQL over the PostgreSQL wire and HTTP, running on DuckDB."""

__version__ = "0.1.0"
