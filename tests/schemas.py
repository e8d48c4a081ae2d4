"""Whether files are what a schema wants: in this process, for the program is slow to load."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from click.testing import Result


def validated(schema: str, *files: Path) -> Result:
    """What `check-jsonschema` says of files, by a schema that it brings along."""
    from check_jsonschema import main  # most of a second, and all tests would wait for it
    from click.testing import CliRunner

    return CliRunner().invoke(main, ["--builtin-schema", schema, *map(str, files)])
