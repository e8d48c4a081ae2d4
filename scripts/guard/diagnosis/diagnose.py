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
from ..core.cause import ENDED, Cause, Told, say
from ..core.time_limit import TimeLimitError, time_limit
from . import final_output
from .context import Context, Crash, Rule, Text
from .rules import RULES

if TYPE_CHECKING:
    from ..config.service import Service

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
"""For the whole of it, looks at files and ports too: the event loop, and every restart, waits."""

# What a signal says of itself; {name} is the service.
_SIGNALS: Mapping[int, Told] = {
    signal.SIGHUP: say("{name} was ended because its terminal was closed (SIGHUP)."),
    signal.SIGINT: say("{name} was interrupted from outside, as by Ctrl-C (SIGINT)."),
    signal.SIGQUIT: say("{name} was ended from outside, as by Ctrl-\\ (SIGQUIT)."),
    signal.SIGILL: say("{name} crashed: it uses an instruction this processor lacks (SIGILL)."),
    signal.SIGABRT: say("{name} aborted after an internal error (SIGABRT)."),
    signal.SIGBUS: say("{name} crashed: a file it read from memory is gone or cut off (SIGBUS)."),
    signal.SIGFPE: say("{name} crashed in a calculation (SIGFPE)."),
    signal.SIGKILL: say("{name} was killed from outside (SIGKILL), as `kill -9` does."),
    signal.SIGSEGV: say("{name} crashed inside compiled code (SIGSEGV)."),
    signal.SIGPIPE: say("{name} wrote to something that was closed (SIGPIPE)."),
    signal.SIGALRM: say("{name} was ended by its own timer (SIGALRM)."),
    signal.SIGTERM: say("{name} was told to end by another program (SIGTERM)."),
    signal.SIGXCPU: say("{name} used up the processor time it is allowed (SIGXCPU)."),
    signal.SIGXFSZ: say("{name} wrote a file larger than it is allowed (SIGXFSZ)."),
}

# Why the system did not start a process: (sentence, fix, transient).
_NOT_STARTED: Mapping[int, tuple[Told, Told, bool]] = {
    errno.E2BIG: (
        say("{name} could not be started: a variable of its environment is larger than 128 kB."),
        say("Keep its value in a file and set the file's name, then: {restart}"),
        False,
    ),
    errno.EAGAIN: (
        say("{name} could not be started: too many programs are running."),
        say("End some (`ps -u $USER` lists yours), or raise the limit: ulimit -u 4096"),
        True,
    ),
    errno.EMFILE: (
        say("{name} could not be started: too many files are open."),
        say("Raise the limit in this shell: ulimit -n 8192   # then restart"),
        True,
    ),
    errno.ENOMEM: (
        say("{name} could not be started: the computer is out of memory."),
        say("Close programs that you do not need; `free -h` shows what is left."),
        True,
    ),
    errno.ENOENT: (
        say("{name} could not be started: its folder or the shell is not there ({error})."),
        say("Look whether the folder of the Procfile still exists, then: {restart}"),
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
    exit_status = _as_the_program_ended(exit_status)
    try:
        with time_limit(LIMIT_SECONDS):
            if known := _known(service, exit_status, tail, context):
                return _as_ruled(*known)
    except TimeLimitError:
        if exit_status > 0:
            return _not_known(service.name, exit_status)
    if exit_status == -signal.SIGKILL and context.out_of_memory:
        return _out_of_memory(service.name)
    return _by_itself(service.name, exit_status)


def by_exit(name: str, exit_status: int | OSError) -> Cause:
    """Tell what the exit alone says, of which `explain` could not tell more."""
    if isinstance(exit_status, OSError):
        return _not_started(name, exit_status)
    return _by_itself(name, _as_the_program_ended(exit_status))


def _as_the_program_ended(exit_status: int) -> int:
    """Return what the program ended with, where a shell or a parent passes that on."""
    if exit_status - SHELL_SIGNAL in _SIGNALS:
        return SHELL_SIGNAL - exit_status
    return exit_status - 256 if exit_status in _PASSED_ON else exit_status


def _by_itself(name: str, exit_status: int) -> Cause:
    return _signalled(name, -exit_status) if exit_status < 0 else _ended(name, exit_status)


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
    known = {"name": crash.name, "at": crash.at, "variable": crash.service.variable}
    if crash.port is not None:
        known["port"] = str(crash.port)
    values = {**hints.known(crash.name), **groups, **known}

    def told(part: Text) -> Told:
        return (part(crash) if callable(part) else say(part)).with_values(values)

    transient = rule.transient(crash) if callable(rule.transient) else rule.transient
    return Cause.of(rule.kind, told(rule.sentence), told(rule.fix), transient=transient)


def _cause(kind: str, name: str, sentence: Told, fix: Told, *, transient: bool = True) -> Cause:
    """Return a cause whose texts know the service and the commands about it."""
    values = {**hints.known(name), "name": name}
    told = (sentence.with_values(values), fix.with_values(values))
    return Cause.of(kind, *told, transient=transient)


def _not_started(name: str, error: OSError) -> Cause:
    sentence, fix, transient = _NOT_STARTED.get(
        error.errno or 0,
        (
            say("{name} could not be started: {error}."),
            say("Look at the error, then: {restart}"),
            True,
        ),
    )
    why = {"error": str(error.strerror or error)}
    return _cause("not-started", name, sentence.with_values(why), fix, transient=transient)


def _out_of_memory(name: str) -> Cause:
    return _cause(
        "out-of-memory",
        name,
        say("{name} was killed by the system because the memory was used up."),
        say(
            "Close programs that you do not need, or give the computer or container more memory; "
            "`free -h` shows what is left."
        ),
    )


def _signalled(name: str, number: int) -> Cause:
    other = say("{name} was ended by signal {number}.", number=number)
    return _cause(
        "killed",
        name,
        _SIGNALS.get(number, other).with_values({"signal": _signal_name(number)}),
        say("No action needed if this was intended. Its last lines: {logs}"),
    )


def _not_known(name: str, code: int) -> Cause:
    return _cause(
        "exit",
        name,
        say(
            "{name} ended with error code {code}; cause unknown: the search took longer than "
            "{limit} s.",
            code=code,
            limit=LIMIT_SECONDS,
        ),
        say("Look at its last lines: {logs}"),
    )


def _ended(name: str, code: int) -> Cause:
    if code == 0:
        return _cause(
            ENDED,
            name,
            say("{name} ended by itself, without an error, though nobody had asked it to."),
            say(
                "If it is meant to end (a build, a seed): {once} in .env. Else its last lines say "
                "more: {logs}",
                once=f"{variable(name)}_ONCE=yes",
            ),
        )
    return _cause(
        "exit",
        name,
        say("{name} ended with error code {code}.", code=code),
        say("Its last lines say more: {logs}"),
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return str(number)
