"""Snowflake's SQL API v2: `/api/v2/statements`."""
