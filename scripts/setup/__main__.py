"""`python -m scripts.setup PART...`: see to each part in turn; exit 1 with the fix if one fails."""

import contextlib
import shutil
import sys
from collections.abc import Callable

from scripts.setup import ROOT, SetupError, node, packages, system
from scripts.setup.stamps import one_at_a_time

INTERRUPTED = 130


def settings() -> None:
    """Start with the example's settings; a file that is there is the user's."""
    target = ROOT / ".env"
    if not target.exists():
        fresh = ROOT / ".env.fresh"
        with contextlib.suppress(FileNotFoundError):  # of a set-up that was interrupted
            fresh.unlink()
        fresh.touch(mode=0o600)  # tokens and passwords will stand in it
        shutil.copyfile(ROOT / ".env.example", fresh)
        fresh.replace(target)
        sys.stderr.write("setup: .env made from .env.example\n")


PARTS: dict[str, Callable[[], None]] = {
    "runtime": packages.install_runtime,
    "development": packages.install_development,
    "node": node.install_node,
    "frontend": node.install_frontend,
    "settings": settings,
    "browser": system.install_browser,
    "postgres": system.install_postgres,
    "nginx": system.install_nginx,
}


def main(names: list[str]) -> int:
    """See to the parts called `names`. Returns the exit status."""
    unknown = [name for name in names if name not in PARTS]
    if unknown or not names:
        sys.stderr.write(f"usage: python -m scripts.setup PART...   PART: {', '.join(PARTS)}\n")
        return 2
    try:
        with one_at_a_time(packages.STAMPS / "lock"):
            _see_to(names)
    except SetupError as error:
        sys.stderr.write(error.report)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nsetup: interrupted; the next run continues from here\n")
        return INTERRUPTED
    return 0


def _see_to(names: list[str]) -> None:
    """In order; but the two that take long do so side by side, where the second needs not wait."""
    if node.is_installed(node.FRONTEND) or not node.is_on_this_machine():
        _each(names)
        return
    from concurrent.futures import ThreadPoolExecutor

    python = [name for name in names if name in {"runtime", "development"}]
    front = [name for name in names if name in {"node", "frontend"}]
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(_each, python), pool.submit(_each, front)]:
            done.result()
    _each([name for name in names if name not in {*python, *front}])


def _each(names: list[str]) -> None:
    for name in names:
        PARTS[name]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
