"""The first step of the single image: become PUID:PGID, then run what is given.

    python scripts/containers/entrypoint.py COMMAND...

Everything that is written belongs to that user, with UMASK taken off its modes. An empty volume is
handed over; one with somebody's files in it never is: the backend then says what to type. What is
run beside it (the health check, a backup) becomes the same user in the same way.
"""

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

ROUTES = Path("/proc/net/route")
BRIDGED = "veth"
"""What Linux calls the end of a cable that leads to a bridge of this very machine."""
SIOCETHTOOL, GET_DRIVER = 0x8946, 3
IDS = range(1, 2**32 - 1)
MODES = range(0o1000)


class CannotStartError(Exception):
    """As this container is started it cannot run; the message says why, and what to give it."""


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
            CannotStartError: naming all that are wrong.

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
            raise CannotStartError("\n".join(problems))
        return chosen

    def take(self) -> None:
        """Be it from now on; nothing leads back.

        Raises:
            CannotStartError: where root may not become anybody else.

        """
        os.umask(self.umask)
        if os.geteuid() != 0:  # --user has chosen
            return
        try:
            os.setgroups([])
            os.setgid(self.group)
            os.setuid(self.user)
        except PermissionError as error:
            message = (
                f"root may not become PUID={self.user}, PGID={self.group} in it: the capabilities "
                "SETUID and SETGID were taken away.\nStart it as that user "
                f"(--user {self.user}:{self.group}), which needs no capability, or leave it both "
                "(--cap-add SETUID --cap-add SETGID)."
            )
            raise CannotStartError(message) from error


def hand_over(folder: Path, to: Identity) -> None:
    """Give `folder` to `to` where that takes nothing from anybody: it is empty.

    A folder of another machine may refuse root: it is left to the backend to say who may not write.
    """
    with contextlib.suppress(OSError):
        if os.geteuid() == 0 and folder.is_dir() and not any(folder.iterdir()):
            os.chown(folder, to.user, to.group)


def gateway(routes: Path = ROUTES, driver: Callable[[str], str] | None = None) -> str:
    """The address from which the host itself comes to a published port; empty without one.

    Only on a bridge of the engine: where the container is in the host's network, or has an address
    in the household's, the gateway is the household's router, and whoever that lets in. Linux
    writes it in hexadecimal, in the machine's order of bytes (proc_net_route(5)).
    """
    for line in routes.read_text().splitlines()[1:]:
        interface, destination, via, *_ = line.split()
        if int(destination, 16) == 0 and (driver or driver_of)(interface) == BRIDGED:
            return str(IPv4Address(struct.pack("=I", int(via, 16))))
    return ""


def driver_of(interface: str) -> str:
    """What kind of device it is: veth, macvlan, virtio_net; empty where that is not told.

    The kernel writes a struct ethtool_drvinfo to where a struct ifreq points (netdevice(7)).
    """
    told = ctypes.create_string_buffer(struct.pack("=I32s160x", GET_DRIVER, b""))
    request = struct.pack("@16sP16x", interface.encode(), ctypes.addressof(told))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            fcntl.ioctl(asking, SIOCETHTOOL, request)
        except OSError:
            return ""
    return told.raw[4:36].partition(b"\0")[0].decode()


def main(command: list[str]) -> None:
    """Never returns."""
    try:
        identity = Identity.parse(os.environ)
        for name, default in (("MEDIA_DIR", "/media"), ("DATA_DIR", "/media/.app")):
            hand_over(Path(os.environ.get(name, default)), identity)
        if not os.environ.get("OPEN_ACCESS"):  # this machine, as far as can be told from in here
            os.environ["OPEN_ACCESS"] = gateway()
        identity.take()
    except CannotStartError as error:
        sys.exit(f"The container cannot start:\n{error}")
    os.execvp(command[0], command)  # noqa: S606 - the image's own command


if __name__ == "__main__":
    main(sys.argv[1:])
