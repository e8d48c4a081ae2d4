"""Whether files are what a schema wants: in this process, for the program is slow to load."""

from __future__ import annotations

from pathlib import Path

from check_jsonschema import main
from click.testing import CliRunner, Result


def validated(schema: str, *files: Path) -> Result:
    """What `check-jsonschema` says of files, by a schema that it brings along."""
    return CliRunner().invoke(main, ["--builtin-schema", schema, *map(str, files)])
