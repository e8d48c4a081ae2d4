"""`python -m scripts.get`: add, list, wait; the exit code tells what came of it.

0: done (or queued, without --wait); 1: a download failed or was cancelled; 2: wrongly called;
3: the backend refused; 4: nobody answers.
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from scripts.get.client import Client, Json, RefusedError, UnreachableError
from scripts.guard.config import settings
from scripts.guard.core.errors import GuardError
from scripts.guard.net import listener_uid
from scripts.guard.rundir import trust

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "API_TOKEN"  # noqa: S105 - where it is, not what it is
DONE, FAILED, REFUSED, UNREACHABLE = 0, 1, 3, 4
PERCENT = 100


def main() -> int:
    """Do what the command line says; returns the exit code."""
    arguments = _parser().parse_args()
    token = os.environ.get(TOKEN, "").strip()
    client = Client(arguments.api, token) if arguments.api else _of_make_dev(token)
    try:
        match arguments.command:
            case "add":
                choices = {"format": arguments.format, "profile": arguments.profile}
                chosen = {name: value for name, value in choices.items() if value}
                items = [client.add(link, chosen)["id"] for link in arguments.links]
                for item in items:
                    sys.stdout.write(f"{item}\n")
                sys.stdout.flush()
                return _wait(client, items) if arguments.wait else DONE
            case "wait":
                return _wait(client, arguments.ids)
        for download in client.list(states=arguments.state, limit=arguments.limit):
            sys.stdout.write(f"{_line(download)}\n")
    except RefusedError as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED
    except UnreachableError as error:
        sys.stderr.write(f"Nobody answers at {client.url}: {error}\n\n  fix: make dev\n")
        return UNREACHABLE
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.get", description=__doc__)
    parser.add_argument("--api", help="address of the backend (default: as .env says)")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="queue links, and print the ids of their downloads")
    add.add_argument("links", nargs="+", metavar="LINK")
    add.add_argument("--format", help="mp4, mp3, ... (default: as the profile says)")
    add.add_argument("--profile", help="id of a profile (default: the default one)")
    add.add_argument("--wait", action="store_true", help="until they are over")
    listing = commands.add_parser("list", help="the newest downloads, a line each")
    listing.add_argument("--state", action="append", default=[], help="only this one; repeatable")
    listing.add_argument("--limit", type=int, default=20)
    wait = commands.add_parser("wait", help="until these downloads are over")
    wait.add_argument("ids", nargs="+", metavar="ID")
    return parser


def _of_make_dev(token: str) -> Client:
    """Return the client of the backend of `make dev`, which another user must not pass for."""
    try:
        config = settings.load(ROOT / "Procfile.dev")
    except GuardError as error:
        sys.stderr.write(f"{error.message}\n\n  fix: {error.fix}\n")
        sys.exit(2)
    api = next(service for service in config.services if service.name == "api")
    return Client(str(api.url), token, partial(_require_ours, config.directory, api.port or 0))


def _require_ours(directory: Path, port: int) -> None:
    """Raise `RefusedError` if somebody listens there who is neither we nor root."""
    users = [found for host in ("127.0.0.1", "::1") if (found := listener_uid.owners(port, host))]
    if strangers := frozenset().union(*users) - trust.trusted(directory):
        whose = " and ".join(f"user {uid}" for uid in sorted(strangers))
        raise RefusedError(
            f"port {port} belongs to {whose}: what answers there is not your backend, and was told "
            "nothing. Start yours with: make dev"
        )


def _wait(client: Client, items: list[str]) -> int:
    """Show what becomes of them, and return the exit code that it deserves."""
    failed = False
    for item in items:
        shown = ""
        for download in client.wait(item):
            line = _line(download)
            if line != shown:
                sys.stdout.write(f"{line}\n")
                sys.stdout.flush()
            shown = line
            failed |= download["state"] in {"failed", "cancelled"}
    return FAILED if failed else DONE


def _line(download: Json) -> str:
    """One download in a line: its id, its state, its name, and what went wrong."""
    fraction = (download["progress"] or {}).get("fraction")
    percent = f" {int(fraction * PERCENT)} %" if fraction is not None else ""
    file, error = download["file"], download["error"]
    name = file["name"] if file else download["title"] or download["url"]
    said = f" - {error['sentence']} {error['fix']}" if error else ""
    plain = "".join(sign if sign.isprintable() else "?" for sign in f"{name}{said}")
    return f"{download['id']} {download['state']}{percent} {plain}"


if __name__ == "__main__":
    sys.exit(main())
