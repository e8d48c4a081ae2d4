"""The table of what `make doctor p=NAME` says, told by the code that says it."""

from scripts.guard.doctor.messages import (
    ALL_WELL,
    BROKEN_CODE,
    CANNOT_WORK,
    EXITED,
    HTTPS,
    MESSAGES,
    NOT_READY,
    OTHER_SETTING,
    PROXY,
    Diagnosis,
    Message,
)

EXAMPLE: dict[str, object] = {
    "name": "web",
    "port": 3000,
    "next": 3001,
    "first": 3001,
    "elsewhere": 3001,
    "other": 3001,
    "url": "http://localhost:3000",
    "scheme": "http",
    "root": "/home/me/project",
    "variable": "WEB",
    "setting": "WEB_PORT",
    "path": "/",
    "said": "error 500",
    "guard": 4711,
    "guard_port": 9400,
    "reached": "[::1]",
    "refused": "127.0.0.1",
    "who": "pid 815, started 3 hours ago in /home/me/other: node server.js",
    "pid": 815,
    "seconds": "0.8",
    "anew": "make restart p=web",
    "both": "its Procfile line can take the guard's socket, $WEB_FD",
    "bring_in": "make start p=web",
    "hints": f" {HTTPS}; {PROXY}",
}
_OF_THE_CRASH = {
    "sentence": "(why it ended: the table above)",
    "fix": "(the fix that goes with it)",
}


_SPECIAL: dict[Message, dict[str, str]] = {
    EXITED: _OF_THE_CRASH,
    BROKEN_CODE: _OF_THE_CRASH,
    NOT_READY: {
        "sentence": "web is not ready after 10 s; an answer on port 3000 is awaited. It listens on "
        "port 3001 instead.",
        "fix": "Have its line use $PORT, or say where it is: WEB_PORT=3001 in .env",
    },
    CANNOT_WORK: {
        "sentence": "api runs, but cannot work: data/app.db is locked by another program.",
        "fix": "Close that program; the backend goes on by itself.",
    },
    OTHER_SETTING: {"url": "http://localhost:3001"},
}


def example(message: Message) -> Diagnosis:
    """What the page shows of a message."""
    return message.of(**{**EXAMPLE, **_SPECIAL.get(message, {})})


def sayings() -> str:
    """A row for each cause, in the words of an example."""
    rows = ["| cause | it says, for example | do this |", "|---|---|---|"]
    for message in MESSAGES:
        why = example(message)
        cells = [f"**{why.kind}**" if message is ALL_WELL else why.kind, why.sentence, why.fix]
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows)
