"""Measures what limits several backends on one PostgreSQL: claims, a long queue, a takeover."""
