"""Who is up and says where is asked what is under way, and nobody waits for the silent."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from scripts.guard.config.current import CurrentConfig
from scripts.guard.config.service import Service
from scripts.guard.config.settings import Settings
from scripts.guard.core.phases import State
from scripts.guard.core.run_tag import RunTag
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.core.work import Work
from scripts.guard.health import under_way
from scripts.guard.health.under_way import UnderWay
from tests.guard.views import WEB

HERE = Path("/project")
pytestmark = pytest.mark.starts


async def serve(answer: bytes | None, asked: list[bytes | None]) -> asyncio.Server:
    """Answer every request with this body; with none, never; `asked` has a place for each."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert b"\r\nX-Guard-Run: of-ours\r\n" in await reader.readuntil(b"\r\n\r\n")
        asked.append(answer)
        if answer is None:
            await reader.read()
        else:
            writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + answer)
        writer.close()

    return await asyncio.start_server(talk, "127.0.0.1", 0)


def test_who_is_up_and_says_where_is_asked_and_who_is_silent_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(under_way, "TIMEOUT", 0.5)
    said = json.dumps({"work": {"kind": "download", "count": 3, "resumes": True}}).encode()
    nested = b"[" * 60_000

    async def act() -> dict[str, Work]:
        asked: list[bytes | None] = []
        answers = {"api": said, "silent": None, "nested": nested, "down": said, "untold": said}
        servers = {name: await serve(answer, asked) for name, answer in answers.items()}
        ports = {name: server.sockets[0].getsockname()[1] for name, server in servers.items()}
        services = tuple(
            Service(name, "x", port=port, ready="" if name == "untold" else "/ready")
            for name, port in ports.items()
        )
        views = tuple(
            WEB._replace(
                name=name, port=port, state=State.BROKEN if name == "down" else State.READY
            )
            for name, port in ports.items()
        )
        config = Settings(HERE, HERE / "Procfile", (), HERE / ".guard", services)
        snapshot = Snapshot(1, WEB.since, "process", views)
        try:
            told = UnderWay(
                CurrentConfig(config), lambda name: RunTag("of-ours", name), lambda: snapshot
            )
            at_once, _ = await asyncio.gather(told.now(), told.now())
            assert len(asked) == 3
            return at_once
        finally:
            for server in servers.values():
                server.close()

    assert asyncio.run(act()) == {"api": Work("download", 3, resumes=True)}
