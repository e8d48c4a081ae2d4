"""The table of settings, from `.env.example`: its groups, names, defaults and comments."""

import re
from collections.abc import Iterator
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"
GROUP = re.compile(r"# --- (?P<title>.+?) -+")
SETTING = re.compile(r"(?P<off># )?(?P<name>[A-Z][A-Z0-9_]*)=(?P<default>\S*)\s+# (?P<what>\S.*)")


def settings() -> str:
    """A heading and a table for each group of settings, in the order of the file."""
    return "\n\n".join(_groups(EXAMPLE.read_text(encoding="utf-8")))


def _groups(text: str) -> Iterator[str]:
    title, rows = "", list[str]()
    for line in text.splitlines():
        if group := GROUP.fullmatch(line):
            yield from _group(title, rows)
            title, rows = group["title"], []
        elif setting := SETTING.fullmatch(line):
            rows.append(_row(setting))
    yield from _group(title, rows)


def _group(title: str, rows: list[str]) -> Iterator[str]:
    if rows:
        head = ["| setting | default | what it does |", "|---|---|---|"]
        yield "\n".join([f"## {title}", "", *head, *rows])


def _row(setting: re.Match[str]) -> str:
    default = f"`{setting['default']}`" if setting["default"] else ""
    return f"| `{setting['name']}` | {default} | {setting['what'].replace('|', chr(92) + '|')} |"
