"""The first step of the single image: become PUID:PGID, then run what is given.

    python scripts/containers/entrypoint.py COMMAND...

Everything that is written belongs to that user, with UMASK taken off its modes. An empty volume is
handed over; one with somebody's files in it never is: the backend then says what to type.
"""

import os
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

ROUTES = Path("/proc/net/route")
IDS = range(1, 2**32 - 1)
MODES = range(0o1000)


class BadValueError(Exception):
    """One or more variables are not usable; the message names each."""


@dataclass(frozen=True)
class Identity:
    """Who to be."""

    user: int
    group: int
    umask: int

    @classmethod
    def parse(cls, environ: Mapping[str, str]) -> "Identity":
        """From PUID, PGID and UMASK; 1000, 1000 and 022 where they are missing.

        Raises:
            BadValueError: naming all that are wrong.

        """
        problems: list[str] = []

        def number(name: str, default: str, base: int, numbers: range, kind: str) -> int:
            value = environ.get(name, "").strip() or default
            try:
                found = int(value, base)
            except ValueError:
                found = -1
            if found not in numbers:
                problems.append(f"{name}={value}: give {kind}.")
            return found

        chosen = cls(
            number("PUID", "1000", 10, IDS, "a number from 1, as `id -u` tells it"),
            number("PGID", "1000", 10, IDS, "a number from 1, as `id -g` tells it"),
            number("UMASK", "022", 8, MODES, "an octal number from 000 to 777"),
        )
        if problems:
            raise BadValueError("\n".join(problems))
        return chosen

    def take(self) -> None:
        """Be it from now on; nothing leads back."""
        os.umask(self.umask)
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(self.group)
            os.setuid(self.user)


def hand_over(folder: Path, to: Identity) -> None:
    """Give `folder` to `to` where that takes nothing from anybody: it is empty."""
    if os.geteuid() == 0 and folder.is_dir() and not any(folder.iterdir()):
        os.chown(folder, to.user, to.group)


def gateway(routes: Path = ROUTES) -> str:
    """The address from which the host itself comes to a published port; empty without one.

    Linux writes it in hexadecimal, in the machine's order of bytes (proc_net_route(5)).
    """
    for line in routes.read_text().splitlines()[1:]:
        _, destination, via, *_ = line.split()
        if int(destination, 16) == 0:
            return str(IPv4Address(struct.pack("=I", int(via, 16))))
    return ""


def main(command: list[str]) -> None:
    """Never returns."""
    try:
        identity = Identity.parse(os.environ)
    except BadValueError as error:
        sys.exit(f"The container cannot start:\n{error}")
    hand_over(Path(os.environ.get("MEDIA_DIR", "/media")), identity)
    if not os.environ.get("OPEN_ACCESS"):  # this machine, as far as can be told from in here
        os.environ["OPEN_ACCESS"] = gateway()
    identity.take()
    os.execvp(command[0], command)  # noqa: S606 - the image's own command


if __name__ == "__main__":
    main(sys.argv[1:])
