"""`doctor`: make the checks, print a table or JSON; 0 if all is well, else 1."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent

from ..core import hints
from ..core.errors import GuardError
from ..doctor import (
    Check,
    Finding,
    dotenv_checks,
    examine,
    machine_checks,
    runtime_checks,
    service_check,
)
from ..doctor.facts import Facts, gather
from .inert import plain


def doctor(
    procfile: Path,
    env_files: Sequence[Path],
    name: str | None,
    *,
    as_json: bool = False,
    more: Sequence[str] = (),
) -> int:
    """Check everything, or say why one service cannot be reached.

    `more` names modules with further checks: each has `checks(facts)`. Raises `GuardError` where
    there is no such service.
    """
    facts = gather(procfile, env_files)
    return _all(facts, more, as_json) if name is None else _one(facts, name, as_json)


def _all(facts: Facts, more: Sequence[str], as_json: bool) -> int:  # noqa: FBT001 - private
    modules = [runtime_checks, dotenv_checks, machine_checks, *map(importlib.import_module, more)]
    found: list[Check] = [check for module in modules for check in module.checks(facts)]
    findings = examine(found)
    well = all(finding.problem is None for finding in findings)
    if as_json:
        _print_json({"ok": well, "checks": [finding.as_json() for finding in findings]})
    else:
        sys.stdout.write(table(findings, colour=facts.config is not None and facts.config.colour))
    return 0 if well else 1


def _one(facts: Facts, name: str, as_json: bool) -> int:  # noqa: FBT001 - private
    if facts.config is None:
        raise facts.error or GuardError("the settings are invalid", hints.command("doctor"))
    line = facts.config.find(name)
    if line is None or line.port is None:
        serving = ", ".join(one.name for one in facts.config.services if one.port is not None)
        raise GuardError(
            f"{facts.procfile.name} has no service {name!r} with a port; it has: {serving}",
            f"{hints.command('doctor')}   # or with the name of one of these",
        )
    why = service_check.cause(facts, line, service_check.HUNG_SECONDS)
    if as_json:
        cause = {"kind": why.kind, "sentence": why.sentence, "fix": why.fix}
        _print_json({"ok": why.well, "service": name, "url": line.url, "cause": cause})
    else:
        sys.stdout.write(plain(f"{why.kind}: {why.sentence}\n\n  fix: {why.fix}\n"))
    return 0 if why.well else 1


def table(findings: Sequence[Finding], *, colour: bool) -> str:
    """Return the findings as lines: problems with their fix below them, and a last word."""
    good, bad, end = ("\x1b[32m", "\x1b[1;31m", "\x1b[0m") if colour else ("", "", "")
    lines = []
    for finding in findings:
        if finding.problem is None:
            lines.append(f"  {good}ok{end}       {plain(finding.title)}")
            continue
        lines.append(f"  {bad}problem{end}  {plain(finding.title)}: no")
        lines.append(indent(plain(finding.problem.message), " " * 11))
        lines.append(indent(plain(f"fix: {finding.problem.fix}"), " " * 11))
    count = sum(finding.problem is not None for finding in findings)
    last = "All is well." if not count else f"{count} of {len(findings)} checks found a problem."
    return "\n".join([*lines, "", last, ""])


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2) + "\n")
