"""Install what a fresh clone needs to run; do nothing, quickly, when it is all there.

Standard library only: these modules run before any package is installed.

`python.sh` makes `.venv`, of the Python that `find-python.sh` finds; then
`python -m scripts.setup PART...` brings, in this order:

- `packages`: the Python packages of the locks, by `uv`, which `pip` brings where there is none
- `node`: a Node that Vite accepts (the machine's, else a wheel), and the front end's packages
- `system`: what the tests drive but pip cannot bring: a browser, PostgreSQL, nginx
- `stamps`: how each of them knows that it has nothing to do
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class SetupError(Exception):
    """A step that failed: what happened, and the command that fixes it."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix
