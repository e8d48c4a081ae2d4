"""The table of starts that are refused: each is made to happen by a test, which compares it."""

from typing import NamedTuple

from scripts.docs.downloads import cell
from scripts.docs.troubles import HOLDER


class Refusal(NamedTuple):
    """What is said in place of a start, on one line."""

    says: str
    means: str
    fix: str


CORRECT = "correct the above, then run the same command again (in /home/me/project)"
HELD = Refusal(
    f"port 3000 (WEB_PORT) is held by another process: {HOLDER}",
    "somebody listens on the port: who, since when, started in which folder",
    "kill 815   # or take other ports: WEB_PORT=3001 make dev",
)
HIDDEN = Refusal(
    "port 3000 (WEB_PORT) is held by a process that this user may not see "
    "(another user's, or one in a container)",
    "somebody listens on the port, and only the administrator can see who",
    "sudo lsof -i :3000   # or take other ports: WEB_PORT=3001 make dev",
)
FORBIDDEN = Refusal(
    "port 80 (WEB_PORT) may not be opened by this user; ports below 1024 need root",
    "only the administrator may open such a port; choose a higher one, for good in `.env`",
    "WEB_PORT=8081 make dev",
)
RUNS = Refusal(
    "a guard runs in this folder already: pid 4711, since 2026-01-31T12:00:00+00:00",
    "it is running, in another terminal",
    "make status   # what it runs; `make restart` restarts, `make start p=NAME` adds a line, "
    "`make stop` ends it",
)
BAD_VALUE = Refusal(
    "WEB_PORT=99999: must be a port, a whole number from 1 to 65535, or `none`",
    "a value that cannot be used, in `.env` or in the shell; all such values are listed at once",
    CORRECT,
)
SAME_PORT = Refusal(
    "API_PORT=3000: is the same port as WEB_PORT",
    "two of `WEB_PORT`, `API_PORT` and `GUARD_PORT` are equal",
    CORRECT,
)
BAD_LINE = Refusal(
    "Procfile.dev:3: not of the form `name: command`: 'this is no line'",
    "a mistyped line of `Procfile.dev`",
    CORRECT,
)
NO_PYTHON = Refusal(
    "setup: no Python 3.11 or newer was found (tried: python3.14 to python3.11, python3, python).",
    "it is missing, or not on PATH; the line to paste is [that of your system]"
    "(../README.md#quick-start)",
    "sudo apt update && sudo apt install -y git make python3 python3-venv",
)
NO_NODE = Refusal(
    "setup: no Node that Vite accepts (^20.19.0 || >=22.12.0) was found, and that of the wheel "
    "does not run",
    "there is none, and the one that was downloaded is not made for this system",
    "install Node 22.12 or newer with npm, then type the same command again",
)
INSTALLATION = Refusal(
    "setup: `npm ci --no-audit --no-fund --no-progress` ended with status 1",
    "an installation failed; its own words stand above",
    "look at the lines above (without a network: connect, then type the same command again); after "
    "a change of package.json: . .venv/bin/activate && npm --prefix webapp/frontend install",
)
NO_SCREEN = Refusal(
    "no browser can be opened from here (no screen, or none installed)",
    "this is a server or a container, or has no browser; the app runs",
    "open http://localhost:3000 in the browser that you use",
)
REFUSALS = (
    HELD, HIDDEN, FORBIDDEN, RUNS, BAD_VALUE, SAME_PORT, BAD_LINE, NO_PYTHON, NO_NODE,
    INSTALLATION, NO_SCREEN,
)  # fmt: skip


def starts() -> str:
    """A row for each."""
    rows = ["| it says, for example | it means | do this |", "|---|---|---|"]
    rows += [f"| {' | '.join(map(cell, refusal))} |" for refusal in REFUSALS]
    return "\n".join(rows)
