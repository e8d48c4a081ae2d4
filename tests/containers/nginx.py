"""A real nginx with the template of the production image, filled in as the image does it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from scripts.setup import system
from tests.containers.images import ROOT
from tests.containers.processes import DEADLINE, running

TEMPLATE = ROOT / "webapp/frontend/nginx/default.conf.template"
KINDS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Site:
    """What the image's variables say, and what a test changes of the file."""

    upstream: str
    resolver: str = "127.0.0.1"
    trusted: str = "192.0.2.1"
    root_path: str = ""
    root: str = "/usr/share/nginx/html"
    read_timeout: str = ""

    def configuration(self, port: int) -> str:
        filled = TEMPLATE.read_text(encoding="utf-8")
        for name, value in {
            "WEB_PORT": f"127.0.0.1:{port}",
            "API_UPSTREAM": self.upstream,
            "NGINX_LOCAL_RESOLVERS": self.resolver,
            "TRUSTED_PROXY": self.trusted,
            "ROOT_PATH": self.root_path,
        }.items():
            filled = filled.replace(f"${{{name}}}", value)
        assert "${" not in filled
        if self.read_timeout:  # nobody wants to wait as long as a user would
            filled = filled.replace(
                "proxy_read_timeout 10s", f"proxy_read_timeout {self.read_timeout}"
            )
        return filled.replace("/usr/share/nginx/html", self.root)


@contextmanager
def serving(site: Site, port: int, folder: Path) -> Iterator[httpx.Client]:
    """A client of an nginx that serves `site`; its log is in `folder`/log."""
    program = system.nginx()
    if program is None and not os.environ.get("CI"):
        pytest.skip("no nginx here: as root on Debian, `make test` brings one")
    (folder / "default.conf").write_text(site.configuration(port))
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; error_log {folder}/errors; events {{}}\n"
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"http {{ include /etc/nginx/mime.types; access_log {folder}/log;\n"
        + " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in KINDS)
        + f" include {folder}/default.conf; }}\n"
    )
    command: list[str | Path] = [str(program), "-e", "stderr", "-c", folder / "nginx.conf"]
    with (
        running(command, folder) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as client,
    ):
        until = time.monotonic() + DEADLINE
        while not _answers(client):
            assert process.poll() is None, "nginx ended: its words are above"
            assert time.monotonic() < until, "nginx does not answer"
            time.sleep(0.02)
        yield client


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").is_success
    except httpx.TransportError:
        return False
