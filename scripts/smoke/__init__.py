"""Check a running stack from outside, as a user meets it: `make smoke`.

Changes nothing that stays: the download that it makes is of a video made here, and is deleted.

- `checks`: what is checked, a function each
- `tools`: what the checks are made of
"""
