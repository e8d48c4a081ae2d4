"""Pages that tell a lot about one video, as real sites do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.media_source import MediaSource


def page_of(media: MediaSource, name: str, /, **told: object) -> str:
    """A page about `media.short`, in the words of schema.org; its address."""
    known = {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "A video",
        "description": "Of a page",
        "uploadDate": "2020-01-01",
        "contentUrl": media.short,
    }
    script = f'<script type="application/ld+json">{json.dumps(known | told)}</script>'
    (media.folder / name).write_text(f"<html><head>{script}</head></html>")
    return f"{media.base}/{name}"
