"""`make test-pythons`, `make test-nodes`: the suite on other versions, in fresh clones.

- `places`: where it runs: on this machine, or on a Debian that is made for it
- `debian`: such a Debian, by debootstrap, as root
- `outcome`: what came of it, read from what was printed
- `page`: the rows of docs/compatibility.md
"""
