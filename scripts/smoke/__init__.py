"""Check a running stack from outside, as its users do: `make smoke`.

Leaves nothing behind: it downloads a video that it makes itself, and deletes it afterwards.

- `checks`: what is checked, a function each
- `tools`: what the checks are made of
- `verdict`: what came of them, and the last line that names what failed
"""
