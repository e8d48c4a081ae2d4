"""Every command of the README and the startup guide, typed in order on a bare machine.

`make docs-run` does it in a container of a bare Debian, as an ordinary user who may use sudo, and
writes docs/docs-run/SYSTEM.md.

- `commands`: what the documents tell to type, in their order, and how each is typed
- `container`: the bare machine, and terminals on it
- `report`: what came of it, as a page
"""
