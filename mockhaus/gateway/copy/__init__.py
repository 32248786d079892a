"""PostgreSQL's COPY, both ways, in its three formats."""
