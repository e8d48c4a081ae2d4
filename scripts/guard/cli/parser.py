"""What may be typed: the commands, each with its options, and what it runs.

A command is imported when it is run, so that none waits for what another needs.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from .. import __version__

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


def build(program: str) -> argparse.ArgumentParser:
    """Return the parser of a command line, for a guard that is called `program`.

    What it parses has `run`: the function that runs the command with it and returns the exit code.
    `up` leaves it as the caller has set it, since that runs without a parser too.
    """
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
        prog=program,
        description="Runs a Procfile so that no connection to its ports is refused.",
        epilog=_EXAMPLES.replace("procguard", program),
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


def _status(options: SimpleNamespace) -> int:
    from . import commands, watch_status

    if options.watch:
        return watch_status.watch(options.procfile, options.env)
    return commands.status(options.procfile, options.env, as_json=options.json)


def _start(options: SimpleNamespace) -> int:
    from . import commands

    return commands.start(options.procfile, options.env, options.names)


def _restart(options: SimpleNamespace) -> int:
    from . import commands

    return commands.restart(options.procfile, options.env, options.names)


def _stop(options: SimpleNamespace) -> int:
    from . import commands

    return commands.stop(options.procfile, options.env, options.names)


def _run(options: SimpleNamespace) -> int:
    from . import run

    words = options.words[1:] if options.words[:1] == ["--"] else options.words
    return run.run(options.procfile, options.env, options.service, words)


def _attach(options: SimpleNamespace) -> int:
    from . import attach

    return attach.attach(options.procfile, options.env, options.name)


def _logs(options: SimpleNamespace) -> int:
    from . import logs

    return logs.logs(
        options.procfile,
        options.env,
        options.name,
        follow=options.follow,
        prefix=options.prefix,
    )


def _why(options: SimpleNamespace) -> int:
    from . import why

    return why.why(options.procfile, options.env, options.name)


def _doctor(options: SimpleNamespace) -> int:
    from . import doctor

    return doctor.doctor(
        options.procfile, options.env, options.name, as_json=options.json, more=options.checks
    )


def _files(raw: str) -> list[Path]:
    """Parse `-e a` or, as honcho takes it, `-e a,b`."""
    return [Path(name) for name in raw.split(",") if name]


def _formation(raw: str) -> dict[str, int]:
    """Parse `-m web=2,worker=0`."""
    from ..config.selection import formation

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
