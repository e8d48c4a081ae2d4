"""What the doctor says of a service, word for word; the documentation shows the same table."""

from __future__ import annotations

from dataclasses import dataclass

from ..core import hints


@dataclass(frozen=True)
class Diagnosis:
    """The cause that was found."""

    kind: str
    sentence: str
    fix: str

    @property
    def well(self) -> bool:
        """Whether there is nothing to fix on this side."""
        return self.kind == ALL_WELL.kind


@dataclass(frozen=True)
class Message:
    """One cause, with `{places}` for what is known of the case."""

    kind: str
    sentence: str
    fix: str

    def of(self, **known: object) -> Diagnosis:
        """Return it about one case; raises `KeyError` where something is not known."""
        name = known.get("name")
        known = {**hints.known(None if name is None else str(name)), **known}
        return Diagnosis(self.kind, self.sentence.format(**known), self.fix.format(**known))


NOT_RUNNING = Message(
    "not-running",
    "nothing runs: no guard in {root}, and nothing listens on port {port}",
    "{start}",
)
GUARD_STOPPED = Message(
    "guard-stopped",
    "the guard (pid {guard}) was suspended, as Ctrl-Z does, so nothing of it runs",
    "type `fg` in its terminal, or anywhere: kill -CONT {guard}",
)
GUARD_ELSEWHERE = Message(
    "guard-elsewhere",
    "the guard (pid {guard}) was started with other ports than this shell and .env say: "
    "GUARD_PORT={guard_port} here, and it listens on {elsewhere}",
    "end it with Ctrl-C in its terminal, then: {start}",
)
GUARD_HUNG = Message(
    "guard-hung",
    "the guard (pid {guard}) does not answer on port {guard_port}",
    "kill -9 {guard}   # this ends the stack too; then: {start}",
)
STOPPED = Message("exited", "{name} was stopped on request", "{restart}")
LEFT_OUT = Message(
    "left-out",
    "{name} is not one of those that the guard was started with",
    "{bring_in}",
)
EXITED = Message("exited", "{sentence}", "{fix}")
BROKEN_CODE = Message("broken-code", "{sentence}", "{fix}")
FAILING = Message(
    "broken-code",
    "{name} runs and answers {path} with {said}",
    "{logs}   # the last lines say where its code fails",
)
NOT_READY = Message("not-ready", "{sentence}", "{fix}")
CANNOT_WORK = Message("cannot-work", "{sentence}", "{fix}")
STARTING = Message(
    "starting",
    "{name} is being started",
    "wait a moment; if it takes long: {logs}",
)
OTHER_PORT = Message(
    "other-port",
    "{name} should listen on port {port}, and listens on {elsewhere}",
    "open http://localhost:{first}, or have its Procfile line take ${setting}",
)
OTHER_SETTING = Message(
    "other-port",
    "{name} runs at {url}, since the guard was started with {setting}={other}; this shell and .env "
    "say {port}",
    "open {url}, or end the guard ({stop}) and start it again: {start}",
)
OTHER_FAMILY = Message(
    "other-family",
    "{name} listens on {reached} only; a program that takes localhost for {refused} is refused",
    "open {scheme}://{reached}:{port}, or have {name} listen on both: {both}",
)
NOT_LISTENING = Message(
    "not-listening",
    "{name} runs and does not listen on port {port}",
    "{logs}   # then: {restart}",
)
STRANGER = Message(
    "stranger",
    "port {port} is held by a program that is not {name}: {who}",
    "kill {pid}   # or take another port: {setting}={next} {start}",
)
HIDDEN_STRANGER = Message(
    "stranger",
    "port {port} is held by a process that this user may not see",
    "sudo lsof -i :{port}   # or take another port: {setting}={next} {start}",
)
SLOW = Message(
    "slow",
    "{name} is slow to answer on port {port}: nothing came within {seconds} s",
    "{doctor}   # waits longer, and says whether it hangs",
)
HUNG = Message(
    "hung",
    "{name} accepts connections on port {port}, but answers none",
    "{logs}   # look for an endless loop or a call that blocks; then: {anew}",
)
ALL_WELL = Message(
    "all-well",
    "{name} answers at {url}. If a browser still does not show it:{hints}",
    "open {url}",
)

MESSAGES = (
    NOT_RUNNING, GUARD_STOPPED, GUARD_ELSEWHERE, GUARD_HUNG, EXITED, STOPPED, LEFT_OUT, BROKEN_CODE,
    FAILING, NOT_READY, CANNOT_WORK, STARTING, OTHER_PORT, OTHER_SETTING, OTHER_FAMILY,
    NOT_LISTENING, STRANGER, HIDDEN_STRANGER, SLOW, HUNG, ALL_WELL,
)  # fmt: skip

# What keeps a browser from what is well.
HTTPS = "https:// does not work here: type http:// in a private window (browsers remember https)"
PROXY = "a proxy or VPN of the browser must spare localhost"
UNGUARDED = "no guard runs, so {name} is not started again when it ends"
WSL = (
    "under WSL, if Windows does not reach localhost: wsl --shutdown in PowerShell, or "
    "localhostForwarding=true in .wslconfig"
)
CONTAINER = (
    "this is a container, and its localhost is its own: let the editor forward the port, or run "
    "the browser in here"
)
