"""`python -m scripts.docs`: rewrite the generated parts, and say which files changed."""

import sys
from pathlib import Path

from scripts import TYPED
from scripts.docs.parts import PARTS
from scripts.docs.render import documents, render
from scripts.guard.core import hints

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Rewrite what is out of date, until what is written of a document holds as well."""
    hints.configure("procguard", [], TYPED)
    while _bring_up_to_date():
        pass


def _bring_up_to_date() -> bool:
    """Rewrite what is out of date. Returns whether anything was."""
    changed = False
    for path in documents(ROOT):
        text = path.read_text(encoding="utf-8")
        fresh = render(text, PARTS)
        if fresh != text:
            changed = True
            path.write_text(fresh, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}: brought up to date\n")
    return changed


if __name__ == "__main__":
    main()
