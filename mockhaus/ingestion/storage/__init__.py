"""Stages, and the stores that their files are in."""
