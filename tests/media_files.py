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


def make_picture(file: Path) -> None:
    """Write a picture of the clip, in the format that the name tells."""
    _ffmpeg("-i", str(file.parent / "short.mp4"), "-frames:v", "1", "-update", "1", str(file))


def make_two_languages(folder: Path, name: str, *, default: str = "none") -> None:
    """Write a file with two audio tracks: English (440 Hz, AAC), German (880 Hz, Opus, stereo)."""
    tones = [
        part
        for pitch in (440, 880)
        for part in ("-f", "lavfi", "-i", f"sine=frequency={pitch}:sample_rate=48000:duration=2")
    ]
    tracks = ("-map", "0:v", "-map", "1:a", "-map", "2:a", "-c:v", "copy", "-c:a:0", "aac")
    languages = ("-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu")
    marks = [
        part
        for place, language in enumerate(("eng", "deu"))
        for part in (f"-disposition:a:{place}", "default" if language == default else "0")
    ]
    how = ("-c:a:1", "libopus", "-ac:a:0", "1", "-ac:a:1", "2", *languages, *marks)
    _ffmpeg("-i", str(folder / "short.mp4"), *tones, *tracks, *how, str(folder / name))


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


def make_full_colour(folder: Path, seconds: int = 1) -> None:
    """Write 444.mp4: H.264 with all colours (4:4:4), which few devices play, and AAC."""
    picture = ("-f", "lavfi", "-i", f"testsrc2=size=640x360:rate=25:duration={seconds}")
    sound = ("-f", "lavfi", "-i", f"sine=duration={seconds}")
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p", "-c:a", "aac")
    _ffmpeg(*picture, *sound, *codecs, str(folder / "444.mp4"))


def make_codecs(folder: Path) -> None:
    """Write codecs/: VP9 and Opus as new.webm, new.mp4, hls and dash; others; both.m3u8 of sizes.

    both.m3u8 has 320x180 in H.264 and, with a higher bit rate, in VP9; 640x360 in VP9 alone.
    """
    into = folder / "codecs"
    into.mkdir()
    h264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    vp9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1")
    av1 = ("-c:v", "libsvtav1", "-preset", "12", "-svtav1-params", "fast-decode=1")
    opus, aac = ("-c:a", "libopus"), ("-c:a", "aac")
    for name, size, codecs in (
        ("new.webm", "320x180", (*vp9, *opus)),
        ("large.webm", "640x360", (*vp9, *aac, "-f", "matroska")),
        ("av1.mp4", "320x180", (*av1, *aac)),
        ("opus.mp4", "320x180", (*h264, *opus)),
        ("old.mp4", "320x180", (*h264, *aac)),
    ):
        picture = ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration=1")
        sound = ("-f", "lavfi", "-i", "sine=duration=1:sample_rate=48000")
        _ffmpeg(*picture, *sound, *codecs, str(into / name))
    _ffmpeg("-i", str(into / "new.webm"), "-c", "copy", str(into / "new.mp4"))
    fragments = ("-f", "hls", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod")
    for source in ("new.webm", "large.webm", "old.mp4"):
        name = source.partition(".")[0]
        first = ("-hls_fmp4_init_filename", f"{name}-init.mp4")
        copy = ("-i", str(into / source), "-c", "copy")
        _ffmpeg(*copy, *fragments, *first, str(into / f"{name}.m3u8"))
    dash = ("-f", "dash", "-seg_duration", "1", "-init_seg_name", "d$RepresentationID$.webm")
    media = ("-media_seg_name", "d$RepresentationID$-$Number$.webm")
    _ffmpeg("-i", str(into / "new.webm"), "-c", "copy", *dash, *media, str(into / "new.mpd"))
    variant = '#EXT-X-STREAM-INF:BANDWIDTH={},RESOLUTION={},CODECS="{}"\n{}.m3u8\n'
    (into / "both.m3u8").write_text(
        "#EXTM3U\n"
        + variant.format(400_000, "320x180", "avc1.42c00d,mp4a.40.2", "old")
        + variant.format(900_000, "320x180", "vp09.00.11.08,opus", "new")
        + variant.format(1_900_000, "640x360", "vp09.00.21.08,mp4a.40.2", "large")
    )


def _ffmpeg(*arguments: str) -> None:
    program = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True, timeout=120)
