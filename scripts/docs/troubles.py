"""The table of causes of docs/troubleshooting.md, told by the code that says it."""

import errno
from dataclasses import dataclass
from pathlib import Path

from scripts.docs.downloads import cell
from scripts.guard.config.service import Service
from scripts.guard.core.cause import Cause
from scripts.guard.diagnosis.context import Context
from scripts.guard.diagnosis.diagnose import explain

API = Service("api", "cd webapp/backend && exec uvicorn main:app", port=8000)
WEB = Service("web", "cd webapp/frontend && exec node_modules/.bin/vite", port=3000)
TRACEBACK = 'Traceback (most recent call last):\n  File "/p/webapp/backend/main.py", line 12\n'
HOLDER = "pid 815, started 3 hours ago in /home/me/other: node server.js"
TAKEN = "Error: listen EADDRINUSE: address already in use"
CRASH = f"{TRACEBACK.rstrip()}, in start\n    open_library()\n"


@dataclass(frozen=True)
class Example:
    """A crash: whose, how it ended (as `explain` takes it), and its last lines."""

    service: Service
    end: int | OSError
    tail: str = ""
    out_of_memory: bool = False
    holder: str | None = None
    """Who listens on its port."""

    def cause(self) -> Cause:
        """What the guard puts it down to, in a project at `/p` whose files are all there."""
        context = Context(
            Path("/p"),
            exists=lambda path: path.name not in {"feedparser", "feedparser.py", "pip"},
            has_target=lambda name: name == "setup",
            locked=lambda package: "requirements.txt" if package == "uvicorn" else None,
            held_by=lambda _port: self.holder,
            out_of_memory=self.out_of_memory,
        )
        return explain(self.service, self.end, self.tail.split("\n"), context)


EXAMPLES = (
    Example(
        API,
        1,
        '  File "/p/webapp/backend/main.py", line 12\n    def broken(:\n               ^\n'
        "SyntaxError: invalid syntax\n",
    ),
    Example(API, 1, f"{CRASH}ImportError: cannot import name 'stat' from 'downloads' (/p/x.py)\n"),
    Example(API, 1, f"{CRASH}ModuleNotFoundError: No module named 'feedparser'\n"),
    Example(
        API, 1, 'ERROR:    Error loading ASGI app. Attribute "app" not found in module "main".\n'
    ),
    Example(API, 1, f"{CRASH}ValueError: no library in data/\n"),
    Example(WEB, 1, f"{TAKEN} 127.0.0.1:3000\n", holder=HOLDER),
    Example(WEB, 1, f"{TAKEN} 127.0.0.1:3000\n"),  # and free again
    Example(WEB, 1, "Error: listen EACCES: permission denied 127.0.0.1:80\n"),
    Example(WEB, 127, "/bin/sh: 1: exec: node_modules/.bin/vite: not found\n"),
    Example(WEB, 126, "/bin/sh: 1: exec: bin/serve: Permission denied\n"),
    Example(
        WEB,
        1,
        "failed to load config from /p/webapp/frontend/vite.config.ts\n"
        "error when starting dev server:\nTypeError: plugins is not iterable\n",
    ),
    Example(
        WEB,
        1,
        "You are using Node.js 18.1. Vite requires Node.js version 20.19+ or 22.12+. "
        "Please upgrade your Node.js version.\n",
    ),
    Example(
        WEB,
        1,
        "file:///p/webapp/frontend/node_modules/rolldown/dist/shared/options.mjs:9\n"
        'import { styleText } from "node:util";\n         ^^^^^^^^^\n'
        "SyntaxError: The requested module 'node:util' does not provide an export named "
        "'styleText'\n",
    ),
    Example(WEB, -6, "FATAL ERROR: Reached heap limit JavaScript heap out of memory\n"),
    Example(API, -9, out_of_memory=True),
    Example(WEB, 2, "/bin/sh: 1: cd: can't cd to webapp/fronted\n"),
    Example(WEB, 2, '/bin/sh: 1: Syntax error: "&&" unexpected\n'),
    Example(
        API, 2, "python: can't open file '/p/webapp/backend/serve.py': [Errno 2] No such file\n"
    ),
    Example(WEB, 1, 'npm error Missing script: "strat"\n'),
    Example(
        API,
        2,
        "Error: No such option '--relaod'. "
        "(Did you mean one of: '--reload', '--reload-delay', '--reload-dir'?)\n",
    ),
    Example(WEB, 1, "Error: ENOSPC: System limit for number of file watchers reached\n"),
    Example(API, 1, "OSError: [Errno 28] No space left on device\n"),
    Example(API, 1, "OSError: [Errno 24] Too many open files\n"),
    Example(API, 1, "PermissionError: [Errno 13] Permission denied: 'data/app.db'\n"),
    Example(API, 1, 'connection to server at "127.0.0.1", port 5432 failed: Connection refused\n'),
    Example(API, -9),
    Example(API, -11),
    Example(API, 3),
    Example(WEB, 0),
    Example(API, OSError(errno.EAGAIN, "Resource temporarily unavailable")),
)


def causes() -> str:
    """What the guard attributes a crash to, by kind."""
    rows = ["| kind | it says, for example | do this | meanwhile |", "|---|---|---|---|"]
    for cause in sorted((example.cause() for example in EXAMPLES), key=lambda each: each.kind):
        after = "restarted" if cause.transient else "waits for you"
        rows.append(f"| {cause.kind} | {cell(cause.sentence)} | {cell(cause.fix)} | {after} |")
    return "\n".join(rows)
