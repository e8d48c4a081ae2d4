"""Runs the command that was typed; the one place where errors become exit codes.

0 well, 1 expected failure, 3 unexpected, with a log file; `up` ended by a signal: 130 for Ctrl-C,
143 for SIGTERM, 129 for SIGHUP; 141 where nobody reads the output any more (`| head`).
"""

from __future__ import annotations

import signal

if __name__ == "__main__":
    # Until something has been started, Ctrl-C needs no more than to end this process.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

from .core import hints, service_words
from .core.errors import GuardError

EXPECTED, UNEXPECTED, INTERRUPTED, UNREAD = 1, 3, 130, 141
OLDEST = (3, 11)


def program() -> int:
    """Run what was typed, as the installed command: Ctrl-C ends it, as above."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return main()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    _fill_descriptors()
    _escape_what_cannot_be_printed()
    options = SimpleNamespace(
        run=_up, procfile=None, env=[], names=[], formation={}, exit_with=None, prefix=True
    )
    given = sys.argv[1:] if arguments is None else arguments
    if given:  # a start gives none: its processes need not wait for a parser
        _parse(given, options)
    typed = _typed(options)
    hints.configure(_program(), _places(options), typed)
    service_words.configure(typed)
    options.procfile = options.procfile or _default_procfile()
    try:
        _require_python()
        _require_folder(options.procfile)
        code = int(options.run(options))
        sys.stdout.flush()  # here, where somebody can tell that nobody reads it
    except GuardError as error:
        return _expected(error)
    except BrokenPipeError:
        return _unread() if _is_unread() else _unexpected(options)
    except ModuleNotFoundError as error:
        if _is_part_of_us(error.name or ""):
            return _unexpected(options)
        return _expected(_not_set_up(f"{error.name} is not installed for it"))
    except Exception:  # noqa: BLE001 - the one place that catches what nobody expected
        return _unexpected(options)
    return code


def _parse(given: Sequence[str], options: SimpleNamespace) -> None:
    from .cli import parser

    parser.build(_program()).parse_args(given, options)


def _is_unread() -> bool:
    """Whether the reader of our output has left, as `head` does when it has enough."""
    import select

    poll = select.poll()
    poll.register(1, select.POLLOUT)
    return any(events & select.POLLERR for _, events in poll.poll(0))


def _unread() -> int:
    """End as a program does that SIGPIPE ends: without a word."""
    import os

    # What is still in Python's own buffer goes nowhere, instead of failing at the exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return UNREAD


def _fill_descriptors() -> None:
    """Where the terminal's descriptors were closed (`>&-`), write to nowhere, as to a daemon's.

    Else the first socket would be descriptor 1, and be written to.
    """
    if sys.stdin is not None and sys.stdout is not None and sys.stderr is not None:
        return
    import os

    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - the last of the three
        os.set_inheritable(opened, True)  # noqa: FBT003 - the library's signature
    os.close(opened)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - a descriptor


def _escape_what_cannot_be_printed() -> None:
    """Print what an encoding has no characters for as numbers, a path's bytes too, and go on."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # else somebody has put their own there
            stream.reconfigure(errors="backslashreplace")


def _program() -> str:
    """Return how this program is called."""
    return f"python -m {__package__}" if "." in (__package__ or "") else "procguard"


def _places(options: SimpleNamespace) -> list[str]:
    """Return the options that every command about the same stack needs."""
    files = [word for file in options.env for word in ("-e", str(file))]
    return [*(["-f", str(options.procfile)] if options.procfile else []), *files]


def _typed(options: SimpleNamespace) -> Mapping[str, str]:
    """Return how commands are typed here, where the project says so for its own Procfile."""
    import importlib
    import os

    parent = (__package__ or "").rpartition(".")[0]
    if options.procfile or not parent or "GUARD_TYPED" in os.environ:
        return os.environ
    typed: Mapping[str, str] = getattr(importlib.import_module(parent), "TYPED", {})
    return typed


def _default_procfile() -> Path:
    """Return the Procfile for developing where there is one, else the Procfile."""
    found = Path("Procfile.dev")
    return found if found.exists() or not Path("Procfile").exists() else Path("Procfile")


def _require_python() -> None:
    if sys.version_info < OLDEST:
        raise _not_set_up(f"it is older than {'.'.join(map(str, OLDEST))}")


def _require_folder(procfile: Path) -> None:
    """See that a relative path means anything: a checkout may have replaced our folder."""
    try:
        procfile.absolute()
    except FileNotFoundError:
        raise GuardError(
            "The folder that this terminal is in is gone, or another has come in its place",
            'cd "$PWD"   # and then the same command again',
        ) from None


def _is_part_of_us(module: str) -> bool:
    return module.partition(".")[0] in {"scripts", *sys.stdlib_module_names}


def _not_set_up(why: str) -> GuardError:
    import shlex

    again = shlex.join([".venv/bin/python", "-m", str(__package__), *sys.argv[1:]])
    setup = hints.setup()
    return GuardError(
        f"The guard cannot run on Python {sys.version.partition(' ')[0]} ({sys.executable}): {why}",
        f"{setup} && {again}" if setup else "pip install procguard",
    )


def _expected(error: GuardError) -> int:
    from .cli.inert import plain

    sys.stderr.write(plain(f"{error.message}\n\n  fix: {error.fix}\n"))
    return EXPECTED


def _unexpected(options: SimpleNamespace) -> int:
    import tempfile
    import traceback
    from datetime import UTC, datetime

    from .config import settings
    from .rundir import trust

    text = f"{datetime.now(UTC).isoformat()} {sys.argv}\n{traceback.format_exc()}"
    try:
        path = settings.load(options.procfile, options.env).directory / "error.log"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        trust.require_ours(path.parent)
        path.write_text(text, "utf-8", "backslashreplace")
    except Exception:  # noqa: BLE001 - the settings may be what it failed at
        path = Path(tempfile.mkdtemp(prefix="guard-")) / "error.log"
        path.write_text(text, "utf-8", "backslashreplace")
    sys.stderr.write(f"Internal error in the guard; details are in {path}\n")
    return UNEXPECTED


def _up(options: SimpleNamespace) -> int:
    from .app import up
    from .config.selection import Selection

    selection = Selection(tuple(options.names), options.formation, options.exit_with)
    return up.up(options.procfile, options.env, selection, prefix=options.prefix)


if __name__ == "__main__":
    sys.exit(main())
