"""Sites whose certificate comes from an authority of one's own, made here by openssl."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from scripts.docs.downloads import download_failures
from settings import SettingsError, parse
from tests.backend.api_process import Api, running, wait_for
from tests.backend.hooks import listening
from tests.backend.runner.test_notify import told
from work.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import FreePort


def openssl(folder: Path, *arguments: str) -> None:
    command = ["openssl", *arguments]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)


def certify(folder: Path) -> None:
    """Write ca.pem, and site.pem with site.key: a certificate for 127.0.0.1 from that authority.

    With all that RFC 5280 asks for: from Python 3.13 on, urllib3 demands it.
    """
    new = ("req", "-newkey", "rsa:2048", "-nodes", "-subj")
    (folder / "ca.ext").write_text(
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
        "subjectKeyIdentifier=hash\n"
    )
    (folder / "site.ext").write_text(
        "subjectAltName=IP:127.0.0.1\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    openssl(folder, *new, "/CN=Our authority", "-keyout", "ca.key", "-out", "ca.csr")
    signed = ("x509", "-req", "-days", "2", "-extfile")
    openssl(folder, *signed, "ca.ext", "-in", "ca.csr", "-signkey", "ca.key", "-out", "ca.pem")
    openssl(folder, *new, "/CN=site", "-keyout", "site.key", "-out", "site.csr")
    by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
    openssl(folder, *signed, "site.ext", "-in", "site.csr", *by, "-out", "site.pem")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of ca.pem and site.pem: one for all tests, for keys take long to be made."""
    folder = tmp_path_factory.mktemp("authority")
    certify(folder)
    return folder


@pytest.fixture
def tls(authority: Path) -> ssl.SSLContext:
    """What a server needs whose authority is in ca.pem."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "site.pem", authority / "site.key")
    return context


@pytest.fixture
def site(media_folder: Path, tls: ssl.SSLContext) -> Iterator[str]:
    """The address of a video behind TLS."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(media_folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}/short.mp4"
        server.shutdown()
        thread.join()


def test_an_authority_of_ones_own_is_trusted_once_it_is_named(
    tmp_path: Path, authority: Path, media_folder: Path, site: str
) -> None:
    with running(tmp_path / "without") as api:
        refused = api.wait(api.add(site), "failed", "done")
    with running(tmp_path / "with", CA_FILE=str(authority / "ca.pem")) as api:
        taken = api.wait(api.add(site), "failed", "done")
        assert api.ask("POST", "/api/previews", json={"url": site})["duration"] is None
        assert taken["error"] is None
        assert api.bytes_of(taken["id"]) == (media_folder / "short.mp4").read_bytes()

    assert refused["error"]["kind"] == "certificate"
    assert "CA_FILE" in refused["error"]["fix"]


@pytest.mark.parametrize(("kind", "scheme"), [("webhook", "https"), ("apprise", "jsons")])
def test_who_is_notified_may_have_a_certificate_of_it_too(
    authority: Path, tls: ssl.SSLContext, kind: str, scheme: str
) -> None:
    trusting, plain = Pool(authority / "ca.pem"), Pool()
    with listening(tls) as hooks, closing(trusting), closing(plain):
        url = hooks.base.replace("https", scheme)
        taken, refused = (told(pool, url, kind=kind) for pool in (trusting, plain))

    assert [event["event"] for event in taken] == ["delivered", "done"]
    assert refused[0]["event"] == "refused"
    assert len(hooks.posts) == 1


def test_and_so_may_the_object_store(tmp_path: Path, authority: Path, free_port: FreePort) -> None:
    environ = {
        "MEDIA_URL": "s3://media",
        "MEDIA_ENDPOINT": f"https://127.0.0.1:{free_port()}",
        "MEDIA_ACCESS_KEY": "app",
        "MEDIA_SECRET_KEY": "a secret of the test",
    }
    port = environ["MEDIA_ENDPOINT"].rpartition(":")[2]
    with object_store(tmp_path, authority, port):
        with running(tmp_path / "without", **environ) as api:
            wait_for(lambda: kind_of(api), "it says what is wrong")
            untrusted = api.client.get("/ready").json()
        trusted = environ | {"CA_FILE": str(authority / "ca.pem")}
        with running(tmp_path / "with", **trusted) as api:
            missing = wait_for(lambda: kind_of(api), "it says what is wrong")

    page = download_failures()["bucket-certificate"]
    says = page.sentence.replace("https://objects.example:9000", environ["MEDIA_ENDPOINT"])
    said = (untrusted["kind"], untrusted["detail"], untrusted["fix"])
    assert said == ("bucket-certificate", says, page.fix)
    assert missing == "bucket-missing", "it has been asked"


def kind_of(api: Api) -> str | None:
    """Why a backend is not ready, if it says so."""
    kind: str | None = api.client.get("/ready").json().get("kind")
    return kind if (kind or "").startswith("bucket-") else None


@contextmanager
def object_store(folder: Path, authority: Path, port: str) -> Iterator[None]:
    """One behind TLS, with nothing in it."""
    server = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port]
    secured = ["-s", "-c", str(authority / "site.pem"), "-k", str(authority / "site.key")]
    with (folder / "object-store.log").open("ab") as log:
        process = subprocess.Popen([*server, *secured], stdout=log, stderr=log)
    try:
        wait_for(lambda: listens(int(port)), "the object store answers")
        yield
    finally:
        process.kill()
        process.wait(30)


def listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(
    "switch", ["PYTHONHTTPSVERIFY=0", "CURL_CA_BUNDLE=", "REQUESTS_CA_BUNDLE=", "SSL_CERT_FILE="]
)
def test_no_variable_turns_the_verification_off(tmp_path: Path, site: str, switch: str) -> None:
    name, _, value = switch.partition("=")
    with running(tmp_path / "api", **{name: value}) as api:
        assert api.wait(api.add(site), "failed", "done")["error"]["kind"] == "certificate"


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file"), ("", "PEM"), ("-----BEGIN NOTHING-----", "PEM")]
)
def test_a_file_without_certificates_stops_the_start(
    tmp_path: Path, content: str | None, why: str
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(SettingsError, match=rf"CA_FILE=ca\.pem.*{why}"):
        parse({"CA_FILE": "ca.pem"}, tmp_path)
