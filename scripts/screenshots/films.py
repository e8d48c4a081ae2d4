"""Films to download on the stage: plausible titles, and hosts that lead to the stage's own source.

The hosts are of the domains that are reserved for examples (RFC 2606). No name server is asked
and no file of the machine is changed: a `sitecustomize` module, which Python imports as it starts,
resolves them in the processes of the stage alone.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import imageio_ffmpeg

SECONDS = 12


@dataclass(frozen=True)
class Film:
    """A title, the host that offers it, and the two colours of its picture (0xRRGGBB)."""

    title: str
    host: str
    colours: tuple[str, str]

    @property
    def file(self) -> str:
        """Its name as in an address: the source serves names as they are asked for."""
        return f"{quote(self.title)}.mp4"

    @property
    def url(self) -> str:
        """Its address on the stage."""
        return f"http://{self.host}/{self.file}"


SUNRISE = Film("Sunrise over the harbour", "films.example.org", ("0xffb347", "0x2b1055"))
LIGHTHOUSE = Film("How a lighthouse works", "lectures.example.com", ("0x0f4c75", "0xbbe1fa"))
MISSING = Film("Ten minutes of rain", "archive.example.net", ("0x444444", "0x999999"))
"""Its host has it no more."""
OFFERED = (SUNRISE, LIGHTHOUSE)
HOSTS = tuple(film.host for film in (*OFFERED, MISSING))


def make(folder: Path) -> None:
    """Make every film that is offered: a slow gradient under noise, with a tone."""
    program = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
    for film in OFFERED:
        first, second = film.colours
        picture = (
            f"gradients=s=640x360:c0={first}:c1={second}:x0=0:y0=360:x1=0:y1=0"
            f":speed=0.00001:d={SECONDS}:r=25"
        )
        command = [
            *(program, "-nostdin", "-loglevel", "error", "-y"),
            *("-f", "lavfi", "-i", picture),
            *("-f", "lavfi", "-i", f"sine=frequency=220:duration={SECONDS}"),
            *("-vf", "noise=alls=14:allf=t", "-c:v", "libx264", "-preset", "ultrafast"),
            *("-b:v", "1M", "-c:a", "aac", "-shortest", "-movflags", "+faststart"),
            str(folder / film.file),
        ]
        subprocess.run(command, check=True, timeout=120)


def lead_hosts_to(port: int, folder: Path) -> Path:
    """Write the module that resolves `HOSTS` to a port of 127.0.0.1. Returns its folder."""
    folder.mkdir()
    module = RESOLVER.format(hosts=HOSTS, port=port)
    (folder / "sitecustomize.py").write_text(module, encoding="utf-8")
    return folder


RESOLVER = """\
import socket

_resolve = socket.getaddrinfo


def getaddrinfo(host, port, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if name in {hosts!r}:
        host, port = "127.0.0.1", {port}
    return _resolve(host, port, *args, **kwargs)


socket.getaddrinfo = getaddrinfo
"""
