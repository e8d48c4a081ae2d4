"""`python -m scripts.desktop open [--wait] | shortcut`."""

import sys

from scripts.desktop import page, places
from scripts.guard.core.errors import GuardError

USAGE = "usage: python -m scripts.desktop open [--wait] | shortcut\n"


def main(words: list[str]) -> int:
    """Run one command. Returns the exit status: 0, 1 with the reason, 2 with the usage."""
    try:
        match words:
            case ["open", *rest] if rest in ([], ["--wait"]):
                return _open(wait=bool(rest))
            case ["shortcut"]:
                return _shortcut()
    except GuardError as error:
        sys.stderr.write(f"{error.message}\n\n  fix: {error.fix}\n")
        return 1
    sys.stderr.write(USAGE)
    return 2


def _shortcut() -> int:
    written = "".join(f"  {path}\n" for path in places.write(page.ROOT))
    sys.stdout.write(f"The icon starts the app and opens its page. It is here:\n{written}")
    return 0


def _open(*, wait: bool) -> int:
    address = page.url()
    if wait and not page.wait(address):
        return 1  # who was to start it has said why not
    if not wait and not page.answers(address):
        raise GuardError(f"nothing answers at {address}", "make dev")
    page.show(address)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
