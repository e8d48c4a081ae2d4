"""How much the server says in its log."""

from __future__ import annotations

import logging

LOGGERS = ("uvicorn.error", "uvicorn.access")
DEFAULT = "info"


def set_level(level: str) -> None:
    """Leave out what is below `level`: debug, info, warning or error.

    The default leaves the loggers as uvicorn has set them up, so that `--log-level` counts.
    """
    if level != DEFAULT:
        for name in LOGGERS:
            logging.getLogger(name).setLevel(level.upper())
