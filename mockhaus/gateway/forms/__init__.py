"""Text and binary forms of values, as PostgreSQL has them."""
