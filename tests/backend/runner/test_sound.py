"""Files of sound alone: a chosen bit rate is kept to, and without one nothing is encoded twice."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import av
import pytest

from files.ffmpeg import find_ffmpeg
from runner.downloader import Downloader
from runner.sound import SoundPP

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backend.api_process import Api
    from tests.media_source import MediaSource

SECONDS = 4
ENCODERS = {"m4a": "aac", "opus": "libopus", "mp3": "libmp3lame"}
FORMATS = pytest.mark.parametrize("format_", ENCODERS)


def noise(folder: Path, format_: str) -> Path:
    """A file of the format at 64 kbit/s: of noise, of which no encoder can save anything."""
    made = folder / f"noise.{format_}"
    source = ("-f", "lavfi", "-i", f"anoisesrc=duration={SECONDS}:sample_rate=48000:amplitude=0.3")
    how = ("-ac", "2", "-c:a", ENCODERS[format_], "-b:a", "64k", str(made))
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *source, *how]
    subprocess.run(command, check=True, timeout=60)
    return made


def packets(file: Path) -> list[bytes]:
    with av.open(file) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def made_of(api: Api, url: str, format_: str, bitrate: int | None) -> Path:
    done = api.wait(api.add(url, format=format_, audio_bitrate=bitrate), "done", "failed")
    assert done["error"] is None
    name: str = done["file"]["name"]
    return api.media / name


@FORMATS
def test_a_chosen_bit_rate_is_kept_to_where_the_source_has_the_same_codec(
    shared_api: Api, own_media: MediaSource, format_: str
) -> None:
    noise(own_media.folder, format_)

    made = made_of(shared_api, f"{own_media.base}/noise.{format_}", format_, 192)

    kbps = sum(map(len, packets(made))) * 8 / 1000 / SECONDS
    assert 120 < kbps < 220, "Opus takes what it needs, up to that"


@FORMATS
def test_with_the_bit_rate_of_the_source_its_sound_is_copied(
    shared_api: Api, own_media: MediaSource, format_: str
) -> None:
    source = noise(own_media.folder, format_)

    made = made_of(shared_api, f"{own_media.base}/noise.{format_}", format_, None)

    assert packets(made) == packets(source)


def test_what_was_downloaded_stays_so_that_a_retry_encodes_it_once(tmp_path: Path) -> None:
    source = noise(tmp_path, "m4a").rename(tmp_path / "media.m4a")
    before = source.read_bytes()

    made = []
    with Downloader({"ffmpeg_location": find_ffmpeg(), "quiet": True}) as downloader:
        for _ in range(2):
            step = SoundPP("m4a", 192, chosen=True)
            step.set_downloader(downloader)
            _, info = step.run({"filepath": str(source), "ext": "m4a"})
            made.append(packets(tmp_path / info["filepath"]))

    assert source.read_bytes() == before
    assert made[0] == made[1] != packets(source)
