"""What a service does instead of being ready is said once, also where one look errs."""

import asyncio
from pathlib import Path

import pytest

from scripts.guard.app import slow_starts
from scripts.guard.app.slow_starts import SlowStarts
from scripts.guard.config.current import CurrentConfig
from scripts.guard.config.service import Service
from scripts.guard.config.settings import Settings
from scripts.guard.core.cause import Cause
from scripts.guard.core.phases import State
from scripts.guard.core.protocol import Protocol
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.health.probe import Answer, Reply
from tests.guard.views import NOON, WEB

HERE = Path(__file__).parent
LINE = Service("web", "serve $PORT", port=5000)
FAILS, SILENT = Answer(Reply.NOT_YET, Protocol.HTTP, 503), Answer(Reply.NONE)


def said(answers: list[Answer], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The causes that are told, in order, when a port answers so at one look after another."""
    told: list[str] = []

    async def follow() -> None:
        left, over = iter(answers), asyncio.Event()

        async def ask(*_: object, **__: object) -> Answer:
            if (answer := next(left, None)) is None:
                over.set()
                await asyncio.Future()
            return answer or SILENT

        def remark(_: str, cause: Cause) -> None:
            told.append(cause.sentence.partition("awaited. ")[2])

        for name in ("PATIENCE_SECONDS", "LOOK_SECONDS", "PAUSE_SECONDS"):
            monkeypatch.setattr(slow_starts, name, 0.0)
        monkeypatch.setattr(slow_starts, "_ask", ask)
        settings = Settings(HERE, HERE / "Procfile", (), HERE / ".guard", (LINE,))
        watching = SlowStarts(
            CurrentConfig(settings), members=lambda *_: (), begun=lambda _: None, remark=remark
        )
        watching.on_change(Snapshot(1, NOON, "stack", (WEB._replace(state=State.STARTING),)))
        await over.wait()
        watching.on_change(Snapshot(1, NOON, "stack", (WEB,)))

    asyncio.run(follow())
    return told


def test_one_look_that_finds_something_else_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = said([FAILS, SILENT, FAILS, FAILS], monkeypatch)
    assert set(told) == {"It listens there and answers with 503."}


def test_the_first_finding_is_told_at_once_and_another_when_it_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, *_, last = said([FAILS, SILENT, SILENT], monkeypatch)
    assert "503" in first
    assert "listens nowhere" in last
