"""Lighthouse's scores of a page: what its four audits make of it, on a phone and on a desk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.bench.probe import NoAnswerError
from scripts.setup import system

VERSION = "12"
CATEGORIES: Mapping[str, str] = {
    "performance": "performance",
    "accessibility": "accessibility",
    "best-practices": "best practices",
    "seo": "search engines",
}
"""What Lighthouse calls its audits, and what we do."""
DEVICES: Mapping[str, tuple[str, ...]] = {"phone": (), "desk": ("--preset=desktop",)}
"""Its own: a slow phone on a slow network, simulated; a desk with a fast one."""
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-quic --disable-background-networking"
DEADLINE_SECONDS = 300
PASSED = 1


@dataclass(frozen=True)
class Scores:
    """What one run found."""

    of: Mapping[str, float]
    """From 0 to 100, by category."""
    failed: Sequence[str]
    """The audits that did not get all they could, of those that count: "id: title"."""


def install(folder: Path) -> Path:
    """Bring Lighthouse into a folder unless it is there; return its program.

    Raises:
        NoAnswerError: where it cannot be had.

    """
    own = folder / "lighthouse"
    program = own / "node_modules/lighthouse/cli/index.js"
    if program.exists():
        return program
    npm = shutil.which("npm")
    if npm is None:
        raise NoAnswerError("there is no npm to install Lighthouse with")
    own.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(own)]
    # It looks at the page in the browser that is here: its own is not needed.
    done = subprocess.run(
        [*command, f"lighthouse@{VERSION}"],
        env={**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not program.exists():
        raise NoAnswerError(f"Lighthouse could not be installed: {done.stderr.strip()[-300:]}")
    return program


def score(program: Path, url: str, device: str) -> Scores:
    """Look at a page once, as to somebody who was never there.

    Raises:
        NoAnswerError: where Lighthouse does not come to a score.

    """
    node, browser = shutil.which("node"), system.browser()
    if node is None or browser is None:
        raise NoAnswerError("Lighthouse needs Node and a Chromium")
    command = [node, str(program), url, "--output=json", "--quiet", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", *DEVICES[device]]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "CHROME_PATH": str(browser)},
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NoAnswerError(f"Lighthouse took longer than {DEADLINE_SECONDS} s") from None
    if done.returncode:
        raise NoAnswerError(f"Lighthouse failed: {done.stderr.strip()[-300:]}")
    return scores_of(json.loads(done.stdout))


def scores_of(report: Mapping[str, Any]) -> Scores:
    """Read a report of Lighthouse's.

    Raises:
        NoAnswerError: where a category has no score, because an audit of it broke down.

    """
    found: dict[str, float] = {}
    failed: list[str] = []
    for key, name in CATEGORIES.items():
        category = report["categories"][key]
        if category["score"] is None:
            raise NoAnswerError(f"Lighthouse gives no score for {name}")
        found[name] = 100 * category["score"]
        for reference in category["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < PASSED:
                failed.append(f"{reference['id']}: {audit['title']}")
    return Scores(found, failed)
