"""A Node or Python that is too old."""

from __future__ import annotations

from ...core import hints
from ...core.cause import Told, say
from ..context import Crash, Rule

_NODE_TOO_OLD = (
    r"requires Node\.?js (?:version )?"
    r"(?P<version>(?:(?!\. )[\w.+<>=^| ]){0,60}\w\+?)"  # to the end of its sentence
)

# A package that was installed asks for a part of Node's own which this Node does not have yet.
_NODE_LACKS = (
    (
        (
            r"^(?:file://)?/\S*node_modules/\S+:\d+\n(?:.*\n){1,5}?SyntaxError: The requested "
            r"module '(?P<module>node:[\w/-]+)' does not provide an export named '(?P<what>\w+)'"
        ),
        "{name} needs a newer Node than the one that is installed, whose {module} has no {what}.",
    ),
    (
        r"No such built-in module: (?P<module>node:[\w/-]+)",
        "{name} needs a newer Node than the one that is installed, which has no {module}.",
    ),
)


def newer_node(crash: Crash) -> Told:
    """Return how a newer Node gets here."""
    if set_up := hints.setup():
        typed = f"{set_up} && {hints.command('restart', crash.name)}"
        return say("{typed}   # brings a Node that does", typed=typed)
    return say("Install that Node, then: {restart}")


def any_newer_node(crash: Crash) -> Told:
    """Return the same where nobody says which one is needed."""
    if set_up := hints.setup():
        typed = f"{set_up} && {hints.command('restart', crash.name)}"
        return say("{typed}   # brings a newer Node", typed=typed)
    return say("Install a newer Node, then: {restart}")


def newer_python(crash: Crash) -> Told:
    """Return how a newer Python gets here."""
    typed = hints.setup() or hints.command("restart", crash.name)
    return say("Install a newer Python, then: {typed}", typed=typed)


RULES: tuple[Rule, ...] = (
    Rule(
        "wrong-version",
        _NODE_TOO_OLD,
        "{name} does not run on the Node that is installed: it needs {version}.",
        newer_node,
        # Vite says so first, and fails later if it does: the cause is what it said.
        survived=r" ready in ",
        ends=r"\b\w*Error\b",
    ),
    *(Rule("wrong-version", pattern, said, any_newer_node) for pattern, said in _NODE_LACKS),
    Rule(
        "wrong-version",
        r"requires (?:a different )?Python(?: version)?:?(?P<version>.*)"
        r"|Python (?P<least>[\d.]+\+?)(?: or \w+)? is required",
        "{name} does not run on the Python that is installed.",
        newer_python,
    ),
)
