"""The commands; the one place where errors become exit codes.

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
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from . import __version__
from .core import hints
from .core.errors import GuardError

if TYPE_CHECKING:
    import argparse

EXPECTED, UNEXPECTED, INTERRUPTED, UNREAD = 1, 3, 130, 141
_EXAMPLES = """examples:
  procguard                        run Procfile.dev (or Procfile) of this folder
  procguard -f deploy/Procfile     run another one
  procguard up web worker          only these lines of it
  procguard start api              from another terminal: bring another line in
  procguard up -m web=2,worker=0   two of one, on ports beside each other; none of another
  procguard restart web            restart one service
  procguard run -s api pytest -q   one command with the environment of a service
  procguard logs web -f            follow what it writes
  procguard up --exit-with test    for CI: as long as `test` runs, with its exit code
  procguard doctor web             why it cannot be reached
"""
OLDEST = (3, 11)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    _fill_descriptors()
    options = SimpleNamespace(
        run=_up, procfile=None, env=[], names=[], formation={}, exit_with=None, prefix=True
    )
    given = sys.argv[1:] if arguments is None else arguments
    if given:  # a start gives none: its processes need not wait for a parser
        _parser().parse_args(given, options)
    hints.configure(_program(), _places(options), _typed(options))
    options.procfile = options.procfile or _default_procfile()
    try:
        _require_python()
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
        path.write_text(text, encoding="utf-8")
    except Exception:  # noqa: BLE001 - the settings may be what it failed at
        path = Path(tempfile.mkdtemp(prefix="guard-")) / "error.log"
        path.write_text(text, encoding="utf-8")
    sys.stderr.write(f"Internal error in the guard; details are in {path}\n")
    return UNEXPECTED


def _up(options: SimpleNamespace) -> int:
    from .app import up
    from .config.selection import Selection

    selection = Selection(tuple(options.names), options.formation, options.exit_with)
    return up.up(options.procfile, options.env, selection, prefix=options.prefix)


def _status(options: SimpleNamespace) -> int:
    from .cli import commands, watch_status

    if options.watch:
        return watch_status.watch(options.procfile, options.env)
    return commands.status(options.procfile, options.env, as_json=options.json)


def _start(options: SimpleNamespace) -> int:
    from .cli import commands

    return commands.start(options.procfile, options.env, options.names)


def _restart(options: SimpleNamespace) -> int:
    from .cli import commands

    return commands.restart(options.procfile, options.env, options.names)


def _stop(options: SimpleNamespace) -> int:
    from .cli import commands

    return commands.stop(options.procfile, options.env, options.names)


def _run(options: SimpleNamespace) -> int:
    from .cli import run

    words = options.words[1:] if options.words[:1] == ["--"] else options.words
    return run.run(options.procfile, options.env, options.service, words)


def _attach(options: SimpleNamespace) -> int:
    from .cli import attach

    return attach.attach(options.procfile, options.env, options.name)


def _logs(options: SimpleNamespace) -> int:
    from .cli import logs

    return logs.logs(
        options.procfile,
        options.env,
        options.name,
        follow=options.follow,
        prefix=options.prefix,
    )


def _why(options: SimpleNamespace) -> int:
    from .cli import why

    return why.why(options.procfile, options.env, options.name)


def _doctor(options: SimpleNamespace) -> int:
    from .cli import doctor

    return doctor.doctor(
        options.procfile, options.env, options.name, as_json=options.json, more=options.checks
    )


def _files(raw: str) -> list[Path]:
    """Parse `-e a` or, as honcho takes it, `-e a,b`."""
    return [Path(name) for name in raw.split(",") if name]


def _formation(raw: str) -> dict[str, int]:
    """Parse `-m web=2,worker=0`."""
    import argparse

    from .config.selection import formation

    try:
        return dict(formation(raw))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _add_no_prefix(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-prefix",
        dest="prefix",
        action="store_false",
        default=True,
        help="the lines as they were written, without time and name",
    )


def _parser() -> argparse.ArgumentParser:
    import argparse

    # Without defaults here, an option means the same before a command and after it.
    fresh = partial(argparse.ArgumentParser, add_help=False, argument_default=argparse.SUPPRESS)
    beside = fresh()
    beside.add_argument(
        "-e",
        dest="env",
        action="extend",
        type=_files,
        metavar="FILE",
        help="read this in place of .env and .env.local; several: later ones win",
    )
    common = fresh(parents=[beside])
    common.add_argument("-f", dest="procfile", type=Path, help="the Procfile")
    parser = argparse.ArgumentParser(
        prog=_program(),
        description="Runs a Procfile so that no connection to its ports is refused.",
        epilog=_EXAMPLES.replace("procguard", _program()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=f"procguard {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    up = commands.add_parser("up", parents=[common], help="run the stack (the default)")
    up.add_argument(
        "names", nargs="*", metavar="NAME", help="only these lines; all if none is named"
    )
    up.add_argument(
        "-m",
        "--formation",
        type=_formation,
        default=argparse.SUPPRESS,
        metavar="NAME=N,...",
        help="how often each line runs: web=2,worker=0; `all` is every other line",
    )
    up.add_argument(
        "--exit-with",
        default=argparse.SUPPRESS,
        metavar="NAME",
        help="run for as long as this line does, and end with its exit code",
    )
    _add_no_prefix(up)
    up.set_defaults(run=_up)
    status = commands.add_parser("status", parents=[common], help="what runs, since when")
    status.add_argument("--json", action="store_true", help="as the control API has it")
    status.add_argument("-w", "--watch", action="store_true", help="keep it up to date")
    status.set_defaults(run=_status)
    # Here -f is what it is to `tail`; that of the Procfile comes before the command.
    logs = commands.add_parser("logs", parents=[beside], help="what the services wrote")
    logs.add_argument("name", nargs="?", help="the service; all if none is named")
    logs.add_argument("-f", "--follow", action="store_true", help="and go on with what they write")
    _add_no_prefix(logs)
    logs.set_defaults(run=_logs)
    run = commands.add_parser(
        "run",
        parents=[common],
        usage="%(prog)s [-f PROCFILE] [-e FILE] [-s NAME] [--] COMMAND...",
        help="run a command with the environment of the services",
    )
    run.add_argument("-s", "--service", metavar="NAME", help="as this one: with its PORT")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND", help="what to run")
    run.set_defaults(run=_run)
    attach = commands.add_parser(
        "attach", parents=[common], help="connect this terminal to a service's; Ctrl-] lets go"
    )
    attach.add_argument("name", help="the service")
    attach.set_defaults(run=_attach)
    why = commands.add_parser("why", parents=[common], help="explain the last unexpected exit")
    why.add_argument("name", nargs="?", help="the service; any if none is named")
    why.set_defaults(run=_why)
    doctor = commands.add_parser("doctor", parents=[common], help="why it does not work")
    doctor.add_argument("name", nargs="?", help="the service that cannot be reached")
    doctor.add_argument("--json", action="store_true", help="for machines")
    doctor.add_argument(
        "--checks", action="append", default=[], metavar="MODULE", help="a module with more checks"
    )
    doctor.set_defaults(run=_doctor)
    start = commands.add_parser(
        "start", parents=[common], help="start what was left out or stopped"
    )
    start.add_argument("names", nargs="*", metavar="NAME", help="the services")
    start.set_defaults(run=_start)
    restart = commands.add_parser("restart", parents=[common], help="restart some or all")
    restart.add_argument(
        "names", nargs="*", metavar="NAME", help="the services; all if none is named"
    )
    restart.set_defaults(run=_restart)
    stop = commands.add_parser("stop", parents=[common], help="stop some, or the guard with all")
    stop.add_argument("names", nargs="*", metavar="NAME", help="the services; all if none is named")
    stop.set_defaults(run=_stop)
    return parser


if __name__ == "__main__":
    sys.exit(main())
