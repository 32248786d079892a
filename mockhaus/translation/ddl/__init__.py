"""CREATE and ALTER of tables and views: what DuckDB is to do, and what is recorded."""
