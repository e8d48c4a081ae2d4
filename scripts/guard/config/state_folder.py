"""Where the guard keeps its files: outside the project, so that nothing which watches it sees them.

The state folder of the XDG base directory specification (version 0.8), and in it a folder for each
project, found by the project's path.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from pathlib import Path

OWN_NAME = "procguard"
FORMER_NAME = ".guard"
"""The folder in the project where earlier versions kept them."""


def default(root: Path, environment: Mapping[str, str]) -> Path:
    """Return the folder of the project in `root`, whether it exists or not."""
    root = root.resolve()
    return all_of(environment) / f"{root.name}-{zlib.crc32(bytes(root)):08x}"


def all_of(environment: Mapping[str, str]) -> Path:
    """Return the folder that has the folders of all projects of this user."""
    stated = environment.get("XDG_STATE_HOME", "")
    # What is not absolute is to be ignored, says the specification.
    state = Path(stated) if Path(stated).is_absolute() else _home(environment) / ".local/state"
    return state / OWN_NAME


def _home(environment: Mapping[str, str]) -> Path:
    """Return the home folder; where there is none, one that cannot be written, as that is."""
    home = Path(environment.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises
    return home if home.is_absolute() else Path("/nonexistent")
