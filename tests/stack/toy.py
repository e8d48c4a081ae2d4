"""A small server for the stack's tests: takes a held socket if there is one, misbehaves on request.

    python toy.py NAME [--fail-times N] [--fail-code CODE] [--slow SECONDS] [--grandchild]
                       [--ignore-term]

Every request is answered with a JSON object {"name", "pid"}, with {"forked": true} in it if the
server was forked from a preloaded interpreter. `GET /exit?CODE` ends the process, `GET /hang`
blocks it for good, `GET /say?TEXT` prints a line.
"""

import argparse
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import unquote


def listener(name: str) -> socket.socket:
    descriptor = os.environ.get(f"{name.upper()}_FD")
    if descriptor:
        held = socket.socket(fileno=int(descriptor))
        held.setblocking(True)
        return held
    port = int(os.environ.get(f"{name.upper()}_PORT", "0"))
    return socket.create_server(("127.0.0.1", port))


def serve(name: str, server: socket.socket) -> None:
    state: dict[str, object] = {"name": name, "pid": os.getpid()}
    if gc.get_freeze_count():  # a forkserver freezes what it has loaded; nobody else here does
        state["forked"] = True
    body = json.dumps(state).encode() + b"\n"
    while True:
        connection, _ = accept(server)
        with connection:
            connection.settimeout(5)
            try:
                target = read_target(connection)
                if target == "/hang":
                    signal.pause()
                if target.startswith("/say?"):
                    print(unquote(target[5:]), flush=True)
                head = (
                    f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                )
                connection.sendall(head.encode() + body)
            except OSError:
                continue
        if target.startswith("/exit?"):
            os._exit(int(target[6:]))


def accept(server: socket.socket) -> tuple[socket.socket, object]:
    """Accept on a socket whose flags are shared with the guard, which wants it non-blocking."""
    import select

    while True:
        select.select([server], [], [])
        try:
            return server.accept()
        except BlockingIOError:  # the guard was faster
            continue


def read_target(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            raise ConnectionResetError
        data += chunk
    return data.split(b" ", 2)[1].decode()


def fail(count: int, code: int) -> None:
    """Fail the first `count` starts, counted in a file beside this one's working directory."""
    counter = Path("starts")
    starts = len(counter.read_bytes()) if counter.exists() else 0
    with counter.open("ab") as stream:
        stream.write(b".")
    if starts < count:
        print(f"failing on purpose, start {starts + 1}", flush=True)
        sys.exit(code)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--fail-times", type=int, default=0)
    parser.add_argument("--fail-code", type=int, default=1)
    parser.add_argument("--slow", type=float, default=0)
    parser.add_argument("--grandchild", action="store_true")
    parser.add_argument("--ignore-term", action="store_true")
    options = parser.parse_args()
    if options.ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if options.fail_times:
        fail(options.fail_times, options.fail_code)
    if options.grandchild:
        child = subprocess.Popen(["sleep", "1000"])
        print(f"grandchild {child.pid}", flush=True)
    time.sleep(options.slow)
    server = listener(options.name)
    print(f"{options.name} is up", flush=True)
    serve(options.name, server)


if __name__ == "__main__":
    main()
