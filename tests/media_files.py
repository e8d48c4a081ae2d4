"""The files of the media source, made by ffmpeg."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import imageio_ffmpeg

SECONDS = 12
"""Of the video."""


def make_media(folder: Path, seconds: int = SECONDS) -> Path:
    """Write clip.mp4, short.mp4, hls/index.m3u8, dash/manifest.mpd below `folder`; return it."""
    clip = folder / "clip.mp4"
    if clip.exists():
        return folder
    for name in ("hls", "dash"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    making = folder / "making.mp4"
    _ffmpeg(
        *("-f", "lavfi", "-i", f"testsrc2=size=640x360:rate=25:duration={seconds}"),
        *("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={seconds}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-b:v", "1M"),
        *("-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart", "-shortest"),
        str(making),
    )
    copy = ("-i", str(making), "-c", "copy")
    _ffmpeg(
        *copy,
        *("-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod"),
        str(folder / "hls/index.m3u8"),
    )
    _ffmpeg(
        *copy,
        *("-f", "dash", "-seg_duration", "1", "-use_template", "1", "-use_timeline", "0"),
        str(folder / "dash/manifest.mpd"),
    )
    _ffmpeg(*copy, "-t", "2", "-movflags", "+faststart", str(folder / "short.mp4"))
    making.rename(clip)
    return folder


def make_silent(folder: Path) -> None:
    """Write silent.mp4: a video without sound."""
    copy = ("-i", str(folder / "short.mp4"), "-an", "-c", "copy")
    _ffmpeg(*copy, str(folder / "silent.mp4"))


def make_index_last(folder: Path) -> None:
    """Write last.mp4: the clip with its index at the end, without which it cannot be opened."""
    _ffmpeg("-i", str(folder / "clip.mp4"), "-c", "copy", str(folder / "last.mp4"))


def make_single_file(folder: Path) -> None:
    """Write hls/whole.m3u8, whose pieces are ranges of hls/whole.ts."""
    pieces = ("-f", "hls", "-hls_time", "1", "-hls_flags", "single_file")
    clip = ("-i", str(folder / "clip.mp4"), "-c", "copy")
    _ffmpeg(*clip, *pieces, "-hls_playlist_type", "vod", str(folder / "hls/whole.m3u8"))


def make_encrypted(folder: Path, *keys: str) -> None:
    """Write encrypted/KEY.m3u8 for each name of a key, with AES-128; the key is encrypted/KEY."""
    into = folder / "encrypted"
    into.mkdir()
    for name in keys:
        (into / name).write_bytes(bytes(range(16)))
        (into / "info").write_text(f"{name}\n{into / name}\n")
        pieces = ("-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod")
        key = ("-hls_key_info_file", str(into / "info"))
        short = ("-i", str(folder / "short.mp4"), "-c", "copy")
        _ffmpeg(*short, *pieces, *key, str(into / f"{name}.m3u8"))


def make_renditions(folder: Path) -> None:
    """Write renditions/index.m3u8: the default audio is English; German, and described English.

    They are tones of 440, 880 and 220 Hz, and the default has the lowest bit rate.
    """
    into = folder / "renditions"
    into.mkdir()
    hls = ("-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod")
    _ffmpeg("-i", str(folder / "short.mp4"), "-an", "-c", "copy", *hls, str(into / "v.m3u8"))
    for name, pitch, rate in (("en", 440, "64k"), ("de", 880, "128k"), ("ad", 220, "128k")):
        tone = ("-f", "lavfi", "-i", f"sine=frequency={pitch}:sample_rate=44100:duration=2")
        _ffmpeg(*tone, "-c:a", "aac", "-b:a", rate, *hls, str(into / f"{name}.m3u8"))
    media = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",'
    (into / "index.m3u8").write_text(
        "#EXTM3U\n"
        f'{media}NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,URI="de.m3u8"\n'
        f'{media}NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="en.m3u8"\n'
        f'{media}NAME="English AD",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=NO,URI="ad.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=1200000,RESOLUTION=640x360,AUDIO="a",'
        'CODECS="avc1.4d401e,mp4a.40.2"\nv.m3u8\n'
    )


def make_sizes(folder: Path) -> None:
    """Write sizes/wide.m3u8 and sizes/portrait.m3u8: two sizes each, none of them a usual one."""
    into = folder / "sizes"
    into.mkdir()
    hls = ("-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod")
    for name, sizes in (
        ("wide", ("1280x532", "3840x1600")),
        ("portrait", ("720x1280", "1080x1920")),
    ):
        lines = ["#EXTM3U"]
        for rate, size in zip((600_000, 2_000_000), sizes, strict=True):
            picture = ("-f", "lavfi", "-i", f"color=size={size}:rate=5:duration=1")
            sound = ("-f", "lavfi", "-i", "sine=duration=1")
            codecs = (
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-pix_fmt",
                "yuv420p",
                "-c:a",
                "aac",
            )
            _ffmpeg(*picture, *sound, *codecs, *hls, str(into / f"{size}.m3u8"))
            lines += [f"#EXT-X-STREAM-INF:BANDWIDTH={rate},RESOLUTION={size}", f"{size}.m3u8"]
        (into / f"{name}.m3u8").write_text("\n".join(lines) + "\n")


def _ffmpeg(*arguments: str) -> None:
    program = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True, timeout=120)
