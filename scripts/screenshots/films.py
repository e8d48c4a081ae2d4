"""Films to download on the stage: plausible titles, and hosts that lead to the stage's own source.

The hosts are of the domains that are reserved for examples (RFC 2606). No name server is asked
and no file of the machine is changed: the stage's copy of the backend resolves them by itself.
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


def lead_hosts_to(port: int, backend: Path) -> None:
    """Have a copy of the backend resolve `HOSTS` to a port of 127.0.0.1.

    What all that connects imports does it, so that the processes are those that anybody has.
    """
    with (backend / "net/__init__.py").open("a", encoding="utf-8") as module:
        module.write(RESOLVER.format(hosts=HOSTS, port=port))


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
