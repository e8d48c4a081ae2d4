"""(how it ended, its last lines, what is around it) -> its cause. No I/O.

What is known of programs is in `rules`, and what they said at the end in `final_output`; here is
what the exit itself says, and the one choice: the first rule that matches the final output.
"""

from __future__ import annotations

import errno
import signal
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..config.procfile import variable
from ..core import hints
from ..core.cause import Cause
from ..core.time_limit import TimeLimitError, time_limit
from . import final_output
from .context import Context, Crash, Rule, Text
from .rules import RULES

if TYPE_CHECKING:
    from ..config.settings import Service

SHELL_SIGNAL = 128
"""A shell ends with this plus n when its command was ended by signal n."""
_PASSED_ON = frozenset(
    {
        256 - number
        for number in (
            signal.SIGKILL,
            signal.SIGTERM,
            signal.SIGSEGV,
            signal.SIGABRT,
            signal.SIGBUS,
        )
    }
)
"""What a Python program ends with that passes on how its child ended, as `runserver` does."""
LIMIT_SECONDS = 0.5
"""For the search of the last lines: the event loop, and with it every restart, waits for it."""

# What a signal says of itself; {name} is the service.
_SIGNALS: Mapping[int, str] = {
    signal.SIGHUP: "{name} was ended because its terminal was closed (SIGHUP).",
    signal.SIGINT: "{name} was interrupted from outside, as by Ctrl-C (SIGINT).",
    signal.SIGQUIT: "{name} was ended from outside, as by Ctrl-\\ (SIGQUIT).",
    signal.SIGILL: "{name} crashed: this processor lacks an instruction of it (SIGILL).",
    signal.SIGABRT: "{name} gave up by itself after an internal error (SIGABRT).",
    signal.SIGBUS: "{name} crashed: a file it read from memory is gone or cut off (SIGBUS).",
    signal.SIGFPE: "{name} crashed in a calculation (SIGFPE).",
    signal.SIGKILL: "{name} was killed from outside (SIGKILL), as `kill -9` does.",
    signal.SIGSEGV: "{name} crashed inside compiled code (SIGSEGV).",
    signal.SIGPIPE: "{name} wrote to something that was closed (SIGPIPE).",
    signal.SIGALRM: "{name} was ended by its own alarm clock (SIGALRM).",
    signal.SIGTERM: "{name} was told to end by another program (SIGTERM).",
    signal.SIGXCPU: "{name} used up the processor time it is allowed (SIGXCPU).",
    signal.SIGXFSZ: "{name} wrote a file larger than it is allowed (SIGXFSZ).",
}

# Why the system did not start a process: (sentence, fix, transient).
_NOT_STARTED: Mapping[int, tuple[str, str, bool]] = {
    errno.E2BIG: (
        "{name} could not be started: a variable of its environment is larger than 128 kB.",
        "Keep its value in a file and set the file's name, then: {restart}",
        False,
    ),
    errno.EAGAIN: (
        "{name} could not be started: too many programs are running.",
        "End some (`ps -u $USER` lists yours), or raise the limit: ulimit -u 4096",
        True,
    ),
    errno.EMFILE: (
        "{name} could not be started: too many files are open.",
        "Raise the limit in this shell: ulimit -n 8192   # then start again",
        True,
    ),
    errno.ENOMEM: (
        "{name} could not be started: the computer is out of memory.",
        "Close programs that you do not need; `free -h` shows what is left.",
        True,
    ),
    errno.ENOENT: (
        "{name} could not be started: its folder or the shell is not there ({error}).",
        "Look whether the folder of the Procfile still exists, then: {restart}",
        False,
    ),
}


def explain(
    service: Service, exit_status: int | OSError, tail: Sequence[str], context: Context
) -> Cause:
    """Tell why a process ended.

    `exit_status` is its exit code, minus the signal that ended it, or the error that kept it from
    being started. `tail` holds the last lines of this life of it, with or without colours.
    """
    if isinstance(exit_status, OSError):
        return _not_started(service.name, exit_status)
    if exit_status - SHELL_SIGNAL in _SIGNALS:
        exit_status = SHELL_SIGNAL - exit_status
    elif exit_status in _PASSED_ON:
        exit_status -= 256
    try:
        with time_limit(LIMIT_SECONDS):
            known = _known(service, exit_status, tail, context)
    except TimeLimitError:
        known = None
        if exit_status > 0:
            return _not_known(service.name, exit_status)
    if known:
        return _as_ruled(*known)
    if exit_status == -signal.SIGKILL and context.out_of_memory:
        return _out_of_memory(service.name)
    return (
        _signalled(service.name, -exit_status)
        if exit_status < 0
        else _ended(service.name, exit_status)
    )


def _known(
    service: Service, exit_status: int, tail: Sequence[str], context: Context
) -> tuple[Rule, Crash] | None:
    """Return the first rule that the last lines match, and what it found."""
    words = final_output.of(tail)
    for rule in RULES:
        applies = exit_status > 0 if rule.codes is None else exit_status in rule.codes
        found = words.find(rule) if applies else None
        if found:
            return rule, Crash(service, context, found, words.text)
    return None


def _as_ruled(rule: Rule, crash: Crash) -> Cause:
    groups = {name: crash.group(name) for name in crash.found.groupdict()}
    known = {"name": crash.name, "line": crash.line, "port": crash.port, "place": crash.place}
    known["variable"] = crash.service.variable
    values = {**hints.known(crash.name), **groups, **known}

    def told(part: Text) -> str:
        return part(crash) if callable(part) else part.format(**values)

    transient = rule.transient(crash) if callable(rule.transient) else rule.transient
    said = {name: str(value) for name, value in values.items() if value is not None}
    return Cause(rule.kind, told(rule.sentence), told(rule.fix), transient, said)


def _not_started(name: str, error: OSError) -> Cause:
    sentence, fix, transient = _NOT_STARTED.get(
        error.errno or 0,
        ("{name} could not be started: {error}.", "Look at the error, then: {restart}", True),
    )
    told = {**hints.known(name), "name": name, "error": error.strerror or error}
    said = {key: str(value) for key, value in told.items()}
    return Cause("not-started", sentence.format(**told), fix.format(**told), transient, said)


def _out_of_memory(name: str) -> Cause:
    return Cause(
        "out-of-memory",
        f"{name} was killed by the system because the memory was used up.",
        "Close programs that you do not need, or give the computer or container more memory; "
        "`free -h` shows what is left.",
        transient=True,
        values={"name": name},
    )


def _signalled(name: str, number: int) -> Cause:
    sentence = _SIGNALS.get(number, f"{{name}} was ended by signal {number}.")
    return Cause(
        "killed",
        sentence.format(name=name),
        f"Nothing, if that was meant. What it was doing: {hints.command('logs', name)}",
        transient=True,
        values={**hints.known(name), "name": name, "signal": _signal_name(number)},
    )


def _not_known(name: str, code: int) -> Cause:
    return Cause(
        "exit",
        f"{name} ended with error code {code}; why is not known, for searching its last lines took "
        f"longer than {LIMIT_SECONDS} s.",
        f"Look at its last lines: {hints.command('logs', name)}",
        transient=True,
        values={**hints.known(name), "name": name, "code": str(code)},
    )


def _ended(name: str, code: int) -> Cause:
    if code == 0:
        once = f"{variable(name)}_ONCE=yes"
        return Cause(
            "ended",
            f"{name} ended by itself, without an error, though nobody had asked it to.",
            f"If it is meant to end (a build, a seed): {once} in .env. Else its last lines say "
            f"more: {hints.command('logs', name)}",
            transient=True,
            values={**hints.known(name), "name": name, "once": once},
        )
    return Cause(
        "exit",
        f"{name} ended with error code {code}.",
        f"Its last lines say more: {hints.command('logs', name)}",
        transient=True,
        values={**hints.known(name), "name": name, "code": str(code)},
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return str(number)
