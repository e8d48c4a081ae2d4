"""What an ffmpeg has to write for the formats that are offered, by its own names for them."""

from yt_dlp.postprocessor.ffmpeg import ACODECS

from domain.formats import names
from runner.container import SUBTITLES

VIDEO = {
    "mp4": {"libx264", "aac"},
    "webm": {"libvpx-vp9", "libopus"},
    "mkv": {"libx264", "ac3"},
    "avi": {"mpeg4", "libmp3lame"},
}
"""What it takes by itself, or is told to take, where streams cannot be copied."""
PICTURES = {"mjpeg", "png"}
NOTHING = {"wrapped_avframe", "pcm_s16le"}
"""Into these a file is read to its end, to see that it is whole."""


def needed() -> set[str]:
    """All of them."""
    sound = {ACODECS[name][1] or "pcm_s16le" for name in names("audio")}
    video = set[str]().union(*(VIDEO[name] for name in names("video")))
    return sound | video | set(SUBTITLES.values()) | PICTURES | NOTHING
