"""A port is borrowed only where HTTP was seen: clients of anything else are refused at once."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.backend.postgres import as_nobody_special, postgres_binaries
from tests.conftest import Observe
from tests.stack.conftest import Guarded
from tests.stack.harness import DEADLINE, GuardRun, ask, is_free, until

SERVERS = {
    # Answers whatever it does not know, as Redis does; and says what it was asked.
    "redis-server": """
        import os, socket, sys
        server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        while True:
            client, _ = server.accept()
            said = client.recv(1000)
            print("asked", said, flush=True)
            client.sendall(b"+PONG\\r\\n" if b"PING" in said else b"-ERR unknown command\\r\\n")
            client.close()
    """,
    "tls": """
        import http.server, socket, ssl, sys
        http.server.HTTPServer.address_family = socket.AF_INET6
        server = http.server.HTTPServer(
            ("::", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("cert.pem", "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.serve_forever()
    """,
    "closes": """
        import socket, sys
        server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        while True:
            server.accept()[0].close()
    """,
}


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    for name, text in SERVERS.items():
        (tmp_path / name).write_text(textwrap.dedent(text))
    # Known by its name, as the kernel has it.
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "redis-server").symlink_to(sys.executable)
    return tmp_path


def redis(port: str, folder: Path) -> str:
    return (
        f"PYTHONHOME={sys.base_prefix} exec {folder}/bin/redis-server {folder}/redis-server {port}"
    )


def stop(run: GuardRun, name: str) -> None:
    assert run.post(f"/api/services/{name}/stop").status == 202
    run.await_state(name, "STOPPED")


def refused_at_once(run: GuardRun, port: int) -> None:
    """Whether it is refused, and still is once the guard has looked at it again."""
    assert is_free(port)
    run.status()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)


@pytest.mark.fault(row="F37")
@pytest.mark.parametrize("stated", [True, False])
def test_a_client_of_redis_is_refused_where_redis_is_stopped(
    guarded: Guarded, programs: Path, observe: Observe, *, stated: bool
) -> None:
    run = guarded(f"redis: {redis('$PORT' if stated else '$OWN', programs)}", started=False)
    port = run.ports["redis"]
    if not stated:
        del run.environment["REDIS_PORT"]
        run.environment["OWN"] = str(port)
    run.start()
    run.await_state("redis", "READY")
    until(lambda: run.service("redis")["url"] == f"tcp://localhost:{port}", "it is found out")
    assert "GET /" not in run.output()  # in HTTP, Redis takes that for an attack
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"PING\r\n")
        assert client.recv(10) == b"+PONG\r\n"
    stop(run, "redis")
    refused_at_once(run, port)
    assert run.post("/api/services/redis/start").status == 202
    run.await_state("redis", "READY")
    observe()


@pytest.mark.fault(row="F37")
def test_a_client_of_postgresql_is_refused_where_that_is_stopped(
    guarded: Guarded, cluster: Path, observe: Observe
) -> None:
    user, postgres = " ".join(as_nobody_special()), postgres_binaries() / "postgres"
    run = guarded(f"db: exec {user} {postgres} -D {cluster} -k {cluster} -h 127.0.0.1 -p $PORT")
    run.await_state("db", "READY")
    url = f"postgresql://app@127.0.0.1:{run.ports['db']}/postgres"
    with psycopg.connect(url) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
    stop(run, "db")
    with pytest.raises(psycopg.OperationalError, match=r"[Cc]onnection refused"):
        psycopg.connect(url, connect_timeout=int(DEADLINE))
    assert "invalid length of startup packet" not in run.output()
    observe()


@pytest.fixture
def cluster() -> Iterator[Path]:
    """The data of a PostgreSQL server, in a folder short enough for its socket."""
    binaries = postgres_binaries()
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        data = Path(folder)
        if as_nobody_special():
            shutil.chown(data, "postgres")
        initdb = (binaries / "initdb", "-D", data, "-U", "app", "-A", "trust", "--no-sync")
        subprocess.run([*as_nobody_special(), *initdb], check=True, capture_output=True, cwd=data)
        yield data


@pytest.fixture
def certificate(programs: Path) -> None:
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=programs, capture_output=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr


@pytest.mark.fault(row="F37")
@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize("stated", [True, False])
def test_a_server_of_tls_is_ready_when_it_listens_and_its_url_is_https(
    guarded: Guarded, observe: Observe, *, stated: bool
) -> None:
    run = guarded(f"web: exec python tls {'$PORT' if stated else '$OWN'}", started=False)
    port = run.ports["web"]
    if not stated:
        del run.environment["WEB_PORT"]
        run.environment["OWN"] = str(port)
    run.start()
    run.await_state("web", "READY")
    url = f"https://localhost:{port}"
    until(lambda: run.service("web")["url"] == url, "its URL is https")
    run.await_output(url)
    assert url in run.run("status").stdout
    examined = run.run("doctor", "web")
    assert examined.returncode == 0, examined.stdout
    assert url in examined.stdout
    assert "https:// does not work" not in examined.stdout
    stop(run, "web")
    refused_at_once(run, port)
    observe()


def test_what_never_answered_is_refused_as_without_us(guarded: Guarded) -> None:
    run = guarded("web: exec false $PORT")
    run.await_state("web", "BROKEN")
    refused_at_once(run, run.ports["web"])


def test_who_says_that_it_speaks_http_is_stood_in_for_from_the_start(guarded: Guarded) -> None:
    run = guarded("web: exec false $PORT", WEB_HEALTH="/health")
    run.await_state("web", "BROKEN")
    until(lambda: not is_free(run.ports["web"]), "the port is borrowed")
    assert ask(run.ports["web"]).status == 503


def test_one_that_only_closes_connections_is_ready_and_not_stood_in_for(
    guarded: Guarded, programs: Path
) -> None:
    assert programs.exists()
    run = guarded("odd: exec python closes $PORT")
    ready = run.await_state("odd", "READY")
    assert ready["url"] == f"tcp://localhost:{run.ports['odd']}"
    os.killpg(ready["pid"], signal.SIGKILL)
    run.await_new_pid("odd", ready["pid"])
    stop(run, "odd")
    refused_at_once(run, run.ports["odd"])
