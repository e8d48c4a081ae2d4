"""A real S3 server, in a process of its own, and a gate before it that a test opens and shuts."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from files.bucket_client import connect
from net.bucket_place import BucketPlace
from tests.backend.api_process import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET, PREFIX = "media", "library"
MESSAGES = {"KeyTooLongError": "Your key is too long", "NoSuchUpload": "It is over."}
"""What such a store says beside a code."""
LENGTH = ("HEAD", "content-length")
"""Where a file's length is told."""


@dataclass
class ObjectStore:
    """The server behind its gate. What is held waits until the gate is opened again."""

    port: int
    behind: int
    held_from: int | None = None
    """The number of the first part that is held at the gate; None: none is."""
    silent: bool = False
    """Whether nobody at the gate is answered."""
    stalled: bool = False
    """Whether who asks for a range waits at the gate."""
    shut: bool = False
    """Whether the gate hangs up on everybody."""
    sent: list[int] = field(default_factory=list)
    """The numbers of the parts that the server has taken."""
    ranges: list[str] = field(default_factory=list)
    """The ranges that were asked for."""
    losing: bool = False
    """Whether the next answer that an upload is complete gets lost."""
    lost: str = ""
    """What that was asked for; asked for again, the upload is over, as MinIO would have it."""
    wants: str = ""
    """What stands in every signed request that is taken: a key or a region; empty: nothing."""
    refusing: tuple[int, str] = (403, "AccessDenied")
    """How others are answered."""
    ending: bool = False
    """Whether another program ends each upload that a part comes for."""
    shortening: bool = False
    """Whether it says of every file that it is four bytes long."""
    dropping: bool = False
    """Whether what is held is never passed on: as if it had not got there."""
    held: threading.Event = field(default_factory=threading.Event)
    """Set once a part is held."""
    opened: threading.Event = field(default_factory=threading.Event)

    @property
    def environ(self) -> dict[str, str]:
        """What a backend is told of it."""
        return {
            "MEDIA_URL": f"s3://{BUCKET}/{PREFIX}",
            "MEDIA_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "MEDIA_ACCESS_KEY": "app",
            "MEDIA_SECRET_KEY": "a secret of the test",
        }

    @property
    def client(self) -> Any:  # noqa: ANN401 - botocore has no types
        """One that goes past the gate."""
        return connect(self.place(self.behind))

    def place(self, port: int | None = None) -> BucketPlace:
        """Where it is: at the gate, or at that port."""
        endpoint = f"http://127.0.0.1:{port or self.port}"
        return BucketPlace(BUCKET, PREFIX, endpoint, access_key="app", secret_key="secret")

    @property
    def names(self) -> set[str]:
        """What is in the bucket, below the prefix, without what is hidden."""
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        names = {one["Key"].removeprefix(f"{PREFIX}/") for one in found}
        return {name for name in names if not name.startswith(".")}

    @property
    def uploads(self) -> list[str]:
        """The uploads that are neither completed nor ended, by their ids."""
        found = self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        return [one["UploadId"] for one in found]

    def content(self, name: str) -> bytes:
        got: bytes = self.client.get_object(Bucket=BUCKET, Key=f"{PREFIX}/{name}")["Body"].read()
        return got

    def end_uploads(self) -> None:
        """What another program may do that has the same key."""
        for one in self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
            self.client.abort_multipart_upload(
                Bucket=BUCKET, Key=one["Key"], UploadId=one["UploadId"]
            )

    def open_gate(self, *, drop_held: bool = False) -> None:
        """Let everything through, also what is held."""
        self.held_from, self.shut, self.dropping = None, False, drop_held
        self.losing, self.silent, self.stalled, self.wants = False, False, False, ""
        self.ending, self.shortening = False, False
        self.opened.set()

    def fall_silent(self) -> None:
        """Take what is asked and answer nobody."""
        self.silent = True
        self.opened.clear()

    def stall(self) -> None:
        """Tell what files there are, and send nothing of them."""
        self.stalled = True
        self.opened.clear()

    def hold(self, part: int) -> None:
        """Hold that part and those after it."""
        self.held_from = part
        self.held.clear()
        self.opened.clear()


@contextlib.contextmanager
def serving(folder: Path, behind: int) -> Iterator[ObjectStore]:
    """A started server with an empty bucket, gone afterwards."""
    with (folder / "object-store.log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(behind)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    gate = _Gate(("127.0.0.1", 0), _Handler)
    gate.store = store = ObjectStore(gate.server_address[1], behind)
    thread = threading.Thread(target=gate.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        wait_for(lambda: _answers(behind), "the object store answers")
        store.client.create_bucket(Bucket=BUCKET)
        yield store
    finally:
        store.open_gate()
        gate.shutdown()
        gate.server_close()
        thread.join()
        server.kill()
        server.wait(30)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/moto-api/")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


class _Gate(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    store: ObjectStore

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that were killed, and a gate that is shut, are what tests are for."""
        if not isinstance(sys.exception(), (OSError, http.client.HTTPException)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Gate

    def _pass(self) -> None:
        store = self.server.store
        if store.silent:
            store.opened.wait(120)
            self.close_connection = True
            return
        if store.shut:
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if store.wants not in self.headers.get("authorization", ""):
            self._refuse(*store.refusing)
            return
        if asked := self.headers.get("range"):
            store.ranges.append(asked)
            if store.stalled:
                store.opened.wait(120)
        part = int(parse_qs(urlsplit(self.path).query).get("partNumber", ["0"])[0])
        if part and not self._is_let_through(store, part):
            self.close_connection = True
            return
        if part and store.ending:
            store.end_uploads()
        onward = http.client.HTTPConnection("127.0.0.1", store.behind, timeout=60)
        with contextlib.closing(onward):
            onward.request(self.command, self.path, body, dict(self.headers))
            answer = onward.getresponse()
            content = answer.read()
        self._answer(answer, content, part)

    def _answer(self, answer: http.client.HTTPResponse, content: bytes, part: int) -> None:
        store = self.server.store
        if self.path == store.lost or (answer.status == 500 and "uploadId=" in self.path):
            self._say_that_the_upload_is_over()
            return
        if part:
            store.sent.append(part)
        if store.losing and self.command == "POST" and "uploadId=" in self.path:
            store.losing, store.lost, self.close_connection = False, self.path, True
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"connection", "date", "server", "transfer-encoding"}:
                is_short = store.shortening and (self.command, name.lower()) == LENGTH
                self.send_header(name, "4" if is_short else value)
        if self.command != "HEAD" and answer.getheader("content-length") is None:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _say_that_the_upload_is_over(self) -> None:
        """The server has an error of its own where it does not know the upload."""
        self._refuse(404, "NoSuchUpload")

    def _refuse(self, status: int, code: str) -> None:
        """As Amazon does."""
        body = f"<Error><Code>{code}</Code><Message>{MESSAGES.get(code)}</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _is_let_through(self, store: ObjectStore, part: int) -> bool:
        if store.held_from is not None and part >= store.held_from:
            store.held.set()
            store.opened.wait(120)
            return not store.dropping
        return True

    def do_GET(self) -> None:
        self._pass()

    def do_HEAD(self) -> None:
        self._pass()

    def do_PUT(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def do_DELETE(self) -> None:
        self._pass()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
