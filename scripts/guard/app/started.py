"""What there is when the first processes have been started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..config.current import CurrentConfig
from ..logs.log import Log
from ..logs.ring_buffer import RingBuffer
from ..processes.launcher import Launcher
from .signals import Signals


class Started(NamedTuple):
    """Made by `up`, for all that is built from it."""

    current: CurrentConfig
    launcher: Launcher
    log: Log
    feed: RingBuffer
    signals: Signals
    shell: Mapping[str, str]
    """The environment that the guard was started in."""
