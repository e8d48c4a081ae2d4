"""The backend's routes, from its own description."""

import json
import subprocess
import sys
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[2] / "webapp/backend"


def routes() -> str:
    """A row for each route: method, path, and the first line of what it says of itself."""
    printed = subprocess.run(
        [sys.executable, "-m", "web.openapi", "main:app"],
        cwd=BACKEND,
        capture_output=True,
        check=True,
    ).stdout
    rows = ["| | route | |", "|---|---|---|"]
    for path, methods in json.loads(printed)["paths"].items():
        for method, operation in methods.items():
            told = operation["description"].splitlines()[0]
            rows.append(f"| {method.upper()} | `{path}` | {told} |")
    return "\n".join(rows)
