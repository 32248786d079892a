"""The 22 queries of TPC-H in Snowflake's spelling, and their eight tables.

Written from the definition of TPC Benchmark H (Transaction Processing Performance Council), with
its validation parameters.
"""
