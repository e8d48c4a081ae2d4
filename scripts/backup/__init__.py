"""Backup and restore of what the app knows, while it runs, on SQLite and on PostgreSQL.

A backup is a ZIP: `about.json`, a file of JSON lines for each table, and `files.jsonl`, which lists
the finished files as they were then. The files themselves are copied by other means.
What was taken from SQLite can be restored into PostgreSQL, and the other way round.
"""
