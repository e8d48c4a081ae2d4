"""The API in every phase that schemathesis has: examples, coverage, fuzzing and stateful.

The other target of the API draws any request; these follow its description: each example, each
limit of each parameter, and requests that begin with what an earlier one was answered.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.fuzz.engine import Outcome
from scripts.fuzz.server_targets import LASTING
from tests.backend import api_process

NAME = "the API, in all phases of schemathesis"
PHASES = ("examples", "coverage", "fuzzing", "stateful")
CHECKS = (
    *("not_a_server_error", "status_code_conformance"),
    *("content_type_conformance", "response_schema_conformance"),
)
EXAMPLES = 10
"""Requests for each operation while fuzzing; the other phases end by themselves."""
SECONDS = 1800.0
"""In which it has to end, on a busy machine too."""


def phases(folder: Path) -> Outcome:
    """Run them all on an api in a folder of its own."""
    begun, report = time.monotonic(), folder / "report.json"
    with api_process.running(folder / "api") as api:
        api.ready()
        api.ask("PATCH", "/api/queue", json={"paused": True})
        done = subprocess.run(
            command(f"{api.url}/openapi.json", report),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    if not report.exists():
        return Outcome(NAME, 0, time.monotonic() - begun, [done.stdout[-3000:] + done.stderr])
    return outcome(json.loads(report.read_text("utf-8")), done.stdout, time.monotonic() - begun)


def command(description: str, report: Path) -> list[str]:
    """What is typed."""
    left_out = [word for name in sorted(LASTING) for word in ("--exclude-operation-id", name)]
    return [
        *(
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            description,
            "--no-color",
            "--seed",
            "1",
        ),
        *("--phases", ",".join(PHASES), "--checks", ",".join(CHECKS), *left_out),
        *("--max-examples", str(EXAMPLES), "--continue-on-failure"),
        *("--report", "json", "--report-json-path", str(report)),
    ]


def outcome(report: Mapping[str, Any], output: str, seconds: float) -> Outcome:
    """Read its report; a phase that did not run to its end is a finding as well."""
    return Outcome(
        NAME, report["test_cases"]["generated"], seconds, list(_findings(report, output))
    )


def _findings(report: Mapping[str, Any], output: str) -> Iterator[str]:
    if failed := report["test_cases"]["with_failures"] + report["test_cases"]["errored"]:
        yield f"{failed} requests were not answered as described:\n{output[-6000:]}"
    for name in PHASES:
        if (ended := report["phases"].get(name, {}).get("status")) != "success":
            yield f"the phase {name} ended as: {ended}"
