"""What the documents tell to type, in their order, and how each is typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

DOCUMENTS = ("README.md", "docs/startup-guide.md")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
TYPED = re.compile(r"^\$ (.+?)(?: +# .*)?$", re.MULTILINE)
QUOTED = re.compile(
    r"`((?:[A-Z_]+=\S+ )*(?:make(?: [a-z][a-z-]+)?|sudo|brew|wsl|tar|cd)(?: [^`\n]*)?)`"
)
EVERYTHING = re.compile(rf"{BLOCK.pattern}|{QUOTED.pattern}", re.DOTALL | re.MULTILINE)


class Manner(StrEnum):
    """How a command is typed."""

    RUN = "run to its end"
    SERVE = "left running until the next one that serves; Ctrl-C"
    FOLLOW = "watched until it has written something; Ctrl-C"
    NOT = "not typed"


@dataclass(frozen=True)
class Step:
    """One command: where it stands, how it is typed, what is prepared, or why it is not typed."""

    document: str
    command: str
    manner: Manner
    note: str = ""
    prepared: str = ""

    @property
    def is_the_app(self) -> bool:
        """Whether it runs this project under the guard."""
        return self.manner is Manner.SERVE and "make " in self.command

    @property
    def needs_the_app(self) -> bool:
        """Whether it is typed beside a running `make dev`, wherever the text mentions it."""
        return NEEDS_THE_APP.fullmatch(self.command) is not None


NEEDS_THE_APP = re.compile(r"make (status|doctor|why|logs|restart|start|stop|smoke)\b.*")
OWN_PROJECT = (
    "mkdir -p ~/my-project && echo 'web: python3 -m http.server $PORT' > ~/my-project/Procfile"
)
RULES: tuple[tuple[str, Manner, str, str], ...] = (
    (r"wsl .*|sudo (dnf|pacman) .*|brew .*|tar .*/mnt/c/.*", Manner.NOT, "another system", ""),
    (r"make bench", Manner.NOT, "measures for many minutes", ""),
    (r"make open", Manner.NOT, "no browser and no screen in a container", ""),
    (r"cd sy-media-downloader", Manner.RUN, "", "cd ~"),
    (r"tar -xzf sy-media.*", Manner.RUN, "", "cd ~"),
    (r"tar -xzf ~/Downloads/.*", Manner.RUN, "", "cd ~"),
    (r"(WEB_PORT=\d+ )?make (dev|app)( open=1| s=\w+)?", Manner.SERVE, "", ""),
    (r".*honcho start .*|.*uvicorn .* --reload|.*npm start", Manner.SERVE, "", ""),
    (r"cd ~/my-project && .*procguard", Manner.SERVE, "", OWN_PROJECT),
    (r"make logs .*", Manner.FOLLOW, "", ""),
)
"""Pattern, manner, why not, and what is done first; whatever else is run to its end."""


def steps(root: Path) -> list[Step]:
    """Every command of the documents, each once in each, in their order."""
    return [step for document in DOCUMENTS for step in _of(document, root)]


def _of(document: str, root: Path) -> Iterator[Step]:
    text = COMMENT.sub("", (root / document).read_text(encoding="utf-8"))
    for command in dict.fromkeys(_in_order(list(_commands(text)))):
        for pattern, manner, note, prepared in RULES:
            if re.fullmatch(pattern, command):
                yield Step(document, command, manner, note, prepared)
                break
        else:
            yield Step(document, command, Manner.RUN)


def _in_order(commands: list[str]) -> Iterator[str]:
    """Without what is named before there is a project, and is told to be typed later."""
    unpacked = next((n for n, one in enumerate(commands) if one.startswith("tar ")), 0)
    for place, command in enumerate(commands):
        if place >= unpacked or command not in commands[unpacked:]:
            yield command


def _commands(text: str) -> Iterator[str]:
    for match in EVERYTHING.finditer(text):
        if match[1] is not None:
            yield from TYPED.findall(match[1])
        else:
            yield match[2]
