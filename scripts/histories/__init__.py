"""Histories of several backends under faults, and a model that says whether they may be.

Clients add, pause, resume, cancel, retry, reorder and delete through all backends of one PostgreSQL
while processes, the database and the network between them fail. What was asked, answered and
fetched is written down and checked afterwards, as Jepsen does (https://jepsen.io/analyses).
"""
