"""Whether files are what a schema wants: in this process, for the program is slow to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

Validated = Callable[..., "Result"]


@pytest.fixture(scope="session")
def validated() -> Validated:
    """A function of a schema that `check-jsonschema` brings along and of files: what it says."""
    # Most of a second, for which no other test is to wait. What it loads binds a port, to see
    # whether there is IPv6: that is no test's doing.
    from check_jsonschema import main
    from click.testing import CliRunner

    def check(schema: str, *files: Path) -> Result:
        return CliRunner().invoke(main, ["--builtin-schema", schema, *map(str, files)])

    return check
