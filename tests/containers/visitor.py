"""Somebody who asks a stack all the time, while something is done to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.containers.engine import Stack


@dataclass
class Visitor:
    """Asks without a pause, and counts what it gets: every attempt is an answer or a failure."""

    client: httpx.Client
    path: str
    answers: int = 0
    failures: list[str] = field(default_factory=list)

    def visit(self) -> None:
        try:
            status = self.client.get(self.path).status_code
        except httpx.TransportError as error:
            self.failures.append(repr(error))
            return
        if status == httpx.codes.OK:
            self.answers += 1
        else:
            self.failures.append(str(status))


@contextmanager
def visiting(stack: Stack, path: str = "/api/queue", pause: float = 0.02) -> Iterator[Visitor]:
    """A visitor in a thread, while the block runs."""
    over = threading.Event()
    with stack.client() as client:
        visitor = Visitor(client, path)

        def visit() -> None:
            while not over.wait(pause):
                visitor.visit()

        thread = threading.Thread(target=visit)
        thread.start()
        try:
            yield visitor
        finally:
            over.set()
            thread.join()
