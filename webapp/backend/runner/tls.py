"""Reads the certificates of the public authorities once, before jobs are forked.

Each job would read them all again for its first request: a tenth of the processor time of a job
that is short. The jobs are processes of their own, so what one does to its context is no other's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yt_dlp.networking import common

if TYPE_CHECKING:
    import ssl

USUAL = {"verify": True, "legacy_support": False, "use_certifi": True}
"""What is asked of a context unless a site needs something else."""


def install() -> None:
    """Have a context ready for whoever asks first; whoever asks later has one made."""
    make = vars(common)["make_ssl_context"]
    ready: list[ssl.SSLContext] = [make(**USUAL)]

    def take(**asked: Any) -> ssl.SSLContext:  # noqa: ANN401 - yt-dlp's own
        made: ssl.SSLContext = ready.pop() if ready and asked == USUAL else make(**asked)
        return made

    vars(common)["make_ssl_context"] = take
