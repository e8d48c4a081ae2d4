"""Install what a fresh clone needs to run; do nothing, quickly, when it is all there.

Standard library only: these modules run before any package is installed.

`python.sh` makes `.venv`, of the Python that `find-python.sh` finds; then
`python -m scripts.setup PART...` brings, in this order:

- `packages`: the Python packages of the locks, by `uv`, which `pip` brings where there is none
- `node`: a Node that Vite accepts (the machine's, else a wheel), and the front end's packages
- `system`: what the tests drive but pip cannot bring: a browser, PostgreSQL, nginx
- `stamps`: how each of them knows that it has nothing to do
"""

from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class SetupError(Exception):
    """A step that failed: what happened, the command that fixes it, and what was tried before."""

    def __init__(self, message: str, fix: str, tried: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.fix, self.tried = fix, tried

    @property
    def report(self) -> str:
        """Lines for a terminal; where much was tried, the command comes before all of it."""
        if not self.tried:
            return f"setup: {self}\n  To fix it: {self.fix}\n"
        tried = "".join(f"  Tried: {one}\n" for one in self.tried)
        return f"setup: To fix it: {self.fix}\n  What is missing: {self}\n{tried}"
