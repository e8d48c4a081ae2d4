"""Carries out a plan on a stand and writes down what happens."""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx

from scripts.histories import faults
from scripts.histories.history import Call, Fault, Final, History, Transfer
from scripts.histories.plan import Plan, Step
from scripts.histories.shares import watched
from scripts.histories.stand import CONCURRENCY, RATE, Stand
from tests.backend.api_process import Api, wait_for

CLIENTS = 4
ANSWER_SECONDS = 8.0
"""That a client waits for an answer; then it does not know what has been done."""
REST_SECONDS = 60.0
"""After the last fault has been mended, until everything must have ended."""


class Recorder:
    """Writes down one history."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self._known: list[tuple[str, str]] = []
        """(key, id) of what was added and acknowledged, in that order."""
        self._numbers = itertools.count()
        self._begun, self._wall = time.monotonic(), time.time()
        self._lock = threading.Lock()

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._begun

    def await_time(self, at: float) -> None:
        """Wait until so many seconds after the beginning."""
        time.sleep(max(0.0, at - self.now))

    def call(self, step: Step, client: httpx.Client) -> None:
        """Make a call of the plan and note what came of it."""
        base = self.stand.apis[step.backend].url
        if step.what == "add":
            key = f"n{next(self._numbers)}"
            wanted = {"url": f"{self.stand.source.short}?{key}"}
            body = self._ask(client, step, key, None, f"{base}/api/downloads", wanted)
            if body:
                with self._lock:
                    self._known.append((key, body["id"]))
            return
        chosen = self._choose(step.target)
        if chosen is None:
            return
        key, item = chosen
        place = f"{base}/api/downloads/{item}"
        if step.what == "delete":
            self._ask(client, step, key, item, f"{place}?file=true", method="DELETE")
        elif step.what == "move":
            other = self._choose(step.other)
            before = other[1] if other and other[1] != item else None
            self._ask(client, step, key, item, f"{place}/move", {"before": before})
        else:
            self._ask(client, step, key, item, f"{place}/{step.what}")

    def fault(self, step: Step) -> None:
        """Do what the plan says to the system."""
        begun = self.now
        faults.inflict(self.stand, step)
        self.faults.append(Fault(step.what, step.backend, begun, self.now))

    def seconds_of(self, stamp: str | None) -> float | None:
        """Turn a time that the API tells into seconds since the beginning."""
        if stamp is None:
            return None
        told = datetime.fromisoformat(stamp).astimezone(UTC)
        return told.timestamp() - self._wall

    def transfers(self) -> tuple[Transfer, ...]:
        """What the source has sent meanwhile."""
        return tuple(
            Transfer(
                each.path.partition("?")[2],
                each.first,
                each.begun - self._begun,
                each.ended - self._begun,
            )
            for each in list(self.stand.source.transfers)
            if each.begun >= self._begun
        )

    def _choose(self, target: float) -> tuple[str, str] | None:
        with self._lock:
            known = list(self._known)
        return known[int(target * len(known))] if known else None

    def _ask(
        self,
        client: httpx.Client,
        step: Step,
        key: str,
        item: str | None,
        url: str,
        body: dict[str, Any] | None = None,
        method: str = "POST",
    ) -> dict[str, Any] | None:
        begun, answered = self.now, None
        try:
            answer = client.request(method, url, json=body)
            status = answer.status_code
            answered = answer.json() if answer.is_success and answer.content else None
        except httpx.HTTPError:
            status = 0
        item = answered["id"] if answered else item
        self.calls.append(Call(step.what, key, item, step.backend, begun, self.now, status))
        return answered


def carry_out(stand: Stand, plan: Plan) -> History:
    """Do all of it, mend everything, wait until nothing moves, and look what there is.

    What was downloaded is deleted afterwards, so that the next plan finds the stand empty.

    Raises:
        AssertionError: when it does not come to rest.

    """
    _empty(stand)
    faults.prepare(stand, plan)
    stand.source.throttle = RATE
    recorder = Recorder(stand)
    with watched(lambda: stand.database) as most:
        _do(recorder, plan)
        faults.heal(stand)
        stand.source.throttle = 0
        _await_rest(stand)
    finals = tuple(_finals(stand, recorder))
    staging = stand.media / ".staging"
    expected = (stand.source.folder / "short.mp4").read_bytes()
    return History(
        calls=tuple(recorder.calls),
        transfers=recorder.transfers(),
        faults=tuple(recorder.faults),
        finals=finals,
        files=tuple(sorted(path.name for path in stand.media.glob("[!.]*"))),
        staged=tuple(sorted(path.name for path in staging.glob("*"))),
        digest=hashlib.sha256(expected).hexdigest(),
        at_once=CONCURRENCY * len(stand.apis),
        clocks_apart=stand.clocks_apart,
        each_at_once=CONCURRENCY,
        most=most,
    )


def _do(recorder: Recorder, plan: Plan) -> None:
    """Make all calls and faults, each at its time."""
    with ThreadPoolExecutor(CLIENTS + len(plan)) as threads:
        calls = [step for step in plan if not step.is_fault]
        running = [threads.submit(_client, recorder, calls[n::CLIENTS]) for n in range(CLIENTS)]
        running += [threads.submit(_nemesis, recorder, step) for step in plan if step.is_fault]
    for each in running:
        each.result()


def _client(recorder: Recorder, steps: Sequence[Step]) -> None:
    with httpx.Client(timeout=ANSWER_SECONDS, trust_env=False) as client:
        for step in steps:
            recorder.await_time(step.at)
            recorder.call(step, client)


def _nemesis(recorder: Recorder, step: Step) -> None:
    recorder.await_time(step.at)
    recorder.fault(step)


def _await_rest(stand: Stand) -> None:
    """Wait until every backend serves its queue and nothing is left to do."""

    def resting() -> bool:
        try:
            ready = all(api.client.get("/ready").is_success for api in stand.apis)
            queue = stand.apis[0].ask("GET", "/api/queue") if ready else None
        except (httpx.HTTPError, AssertionError):
            return False
        return queue is not None and not queue["running"] and not queue["queued"]

    try:
        wait_for(resting, "everything comes to rest", seconds=REST_SECONDS)
    except AssertionError as error:
        raise AssertionError(f"{error}: {'; '.join(map(_condition, stand.apis))}") from None
    wait_for(lambda: not any(map(_fetching, stand.apis)), "no runner works any more")


def _condition(api: Api) -> str:
    """Return what a backend says of itself and lists, for who asks why it never rests."""
    try:
        ready = api.client.get("/ready")
        listed = api.ask("GET", "/api/downloads?limit=100")["items"]
    except (httpx.HTTPError, AssertionError) as error:
        return f"{api.url}: {error!r}"
    rows = "".join(f"\n    {json.dumps(item)}" for item in listed)
    return f"{api.url}: /ready {ready.status_code} {ready.text}{rows}"


def _fetching(api: Api) -> bool:
    return bool(api.ask("GET", "/api/queue")["running"])


def _finals(stand: Stand, recorder: Recorder) -> list[Final]:
    api, found = stand.apis[0], []
    for item in _listed(stand):
        content = api.client.get(f"/api/downloads/{item['id']}/file")
        digest = hashlib.sha256(content.content).hexdigest() if content.is_success else None
        error = item["error"]["kind"] if item["error"] else None
        found.append(
            Final(
                item["url"].partition("?")[2],
                item["id"],
                item["state"],
                error,
                item["attempt"],
                recorder.seconds_of(item["started"]),
                digest,
            )
        )
    return found


def _listed(stand: Stand) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = stand.apis[0].ask("GET", "/api/downloads?limit=100")["items"]
    return listed


def _empty(stand: Stand) -> None:
    while items := _listed(stand):
        body = {"ids": [item["id"] for item in items], "file": True}
        stand.apis[0].client.post("/api/downloads/deletions", json=body).raise_for_status()
    wait_for(lambda: not list(stand.media.glob("[!.]*")), "the files are gone")
    stand.source.transfers.clear()
