"""What media servers read beside a file: XML with one element for each thing that is known.

Jellyfin and Kodi want NAME.nfo beside the episode NAME.mkv, and `tvshow.nfo` in the folder of the
show (https://jellyfin.org/docs/general/server/metadata/nfo/, https://kodi.wiki/view/NFO_files).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping

SHOW = "tvshow.nfo"
GENERATOR = "SY Media Downloader"
NOT_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets)."""


def nfo(root: str, lines: Mapping[str, Any]) -> bytes:
    """The document, without what is not known."""
    made = ET.Element(root)
    for name, value in lines.items():
        if value:
            child = ET.SubElement(made, name)
            child.text = NOT_XML.sub(" ", str(value))
            if name == "uniqueid":
                child.set("type", "site")
                child.set("default", "true")
    ET.SubElement(made, "generator").text = GENERATOR
    ET.indent(made)
    told: bytes = ET.tostring(made, encoding="utf-8", xml_declaration=True)
    return told


def show(title: str, site: str | None) -> bytes:
    """That of a channel."""
    return nfo("tvshow", {"title": title, "studio": site})
