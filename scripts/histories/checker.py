"""The model: which histories may be. Pure: the same history is judged the same everywhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from http import HTTPStatus
from itertools import combinations

from scripts.histories.history import Call, Final, History, Transfer

OVERLAP_SECONDS = 10.0
"""For which two processes may work on one download: one that has lost its session stops within
eight seconds, while another may begin at once. Only one of them can report what came of it."""
LATE_SECONDS = 1.5
"""Until a runner has ended that nobody wants any more."""
CLAIM_SECONDS = 0.5
"""Between the time that a claim notes and its commit."""
AFTER_FAULT_SECONDS = 1.5
"""In which a claim that a fault cut off may still lock its row: others are claimed past it."""
TRANSFERS_EACH = 4
"""Bodies asked for by one runner at most: a look, the file, and what is compared of it."""
UNAVAILABLE = HTTPStatus.SERVICE_UNAVAILABLE
"""What a backend answers that cannot do it now, with a sentence that says why."""


def violations(history: History) -> list[str]:
    """Say what in a history cannot be; empty if it may be as it is."""
    checks = (_errors, _kept, _wishes, _ends, _files, _alone, _limit, _order, _no_haste)
    return [f"{check.__name__[1:]}: {told}" for check in checks for told in check(history)]


def _errors(history: History) -> Iterator[str]:
    """No call is answered with an error that nobody explained."""
    for call in history.calls:
        if call.status >= HTTPStatus.INTERNAL_SERVER_ERROR and call.status != UNAVAILABLE:
            yield f"{call.action} of {call.key} was answered {call.status}"


def _kept(history: History) -> Iterator[str]:
    """Nothing that was acknowledged is lost, and nothing that was deleted is there."""
    there = {final.key for final in history.finals}
    for key, calls in _by_key(history).items():
        added = any(call.action == "add" and call.effect == "yes" for call in calls)
        deletions = [call.effect for call in calls if call.action == "delete"]
        if added and key not in there and not {"yes", "maybe"} & set(deletions):
            yield f"{key} was acknowledged and is gone"
        if "yes" in deletions and key in there:
            yield f"{key} was deleted and is there"


def _wishes(history: History) -> Iterator[str]:
    """A cancellation or a pause wins over what came before it, until somebody undoes it."""
    undone = {"cancel": ("retry",), "pause": ("resume", "cancel", "retry")}
    for final, calls in _finals(history):
        for wish, by in undone.items():
            made = [call for call in calls if call.action == wish and call.effect == "yes"]
            if not made:
                continue
            last = max(made, key=lambda call: call.begun)
            if any(c.action in by and c.effect != "no" and c.settled > last.begun for c in calls):
                continue
            wanted = {"cancel": "cancelled", "pause": "paused"}[wish]
            if final.state != wanted:
                yield f"{final.key} was {wanted} at {last.ended:.2f} and is {final.state}"


def _ends(history: History) -> Iterator[str]:
    """Everything ends: done, unless somebody did not want it or its disk was full."""
    full = any(fault.kind == "fill disk" for fault in history.faults)
    for final, calls in _finals(history):
        stopped = any(c.action in {"pause", "cancel"} and c.effect != "no" for c in calls)
        if final.state == "done" or (stopped and final.state in {"paused", "cancelled"}):
            continue
        if not (full and final.state == "failed" and final.error == "disk-full"):
            yield f"{final.key} is {final.state} in the end ({final.error})"


def _files(history: History) -> Iterator[str]:
    """Each file is published once, byte-identical; nothing else lies about."""
    done = [final for final in history.finals if final.state == "done"]
    for final in done:
        if final.digest != history.digest:
            yield f"the file of {final.key} is another one ({final.digest})"
    if len(history.files) != len(done):
        yield f"{len(done)} downloads are done, and there are {len(history.files)} files"
    kept = {final.item for final in history.finals if final.state not in {"done", "cancelled"}}
    for name in history.staged:
        if not any(item in name for item in kept):
            yield f"{name} was left in staging"


def _alone(history: History) -> Iterator[str]:
    """Nothing is fetched in two places for longer than a lost session is noticed."""
    for key, transfers in _transfers(history).items():
        for one, two in combinations(transfers, 2):
            both = min(one.ended, two.ended) - max(one.begun, two.begun)
            if both > OVERLAP_SECONDS:
                yield f"{key} was fetched twice at once for {both:.1f} s"


def _limit(history: History) -> Iterator[str]:
    """No process ever has more than it may, and all together never fetch more than all may."""
    for process, most in history.most.items():
        if most > history.each_at_once:
            yield f"{process} had {most} at once, where {history.each_at_once} may be"
    changes = [
        change
        for transfer in history.transfers
        if transfer.ended - transfer.begun > LATE_SECONDS
        for change in ((transfer.begun, 1), (transfer.ended - LATE_SECONDS, -1))
    ]
    running = 0
    for at, change in sorted(changes):
        running += change
        if running > history.at_once:
            yield f"{running} were fetched at {at:.1f}, where {history.at_once} may be"
            return


def _order(history: History) -> Iterator[str]:
    """What nobody touched, and no fault put back, is begun in the order of its arrival."""
    if history.clocks_apart:
        return
    untouched = [
        (calls[0], final.started)
        for final, calls in _finals(history)
        if len(calls) == 1 and final.attempt == 1 and final.started is not None
    ]
    in_order = sorted(untouched, key=lambda each: each[0].begun)
    for (one, started), (other, later) in combinations(in_order, 2):
        passed = one.settled < other.begun and started > later + CLAIM_SECONDS
        disturbed = any(
            fault.begun - CLAIM_SECONDS < later < fault.ended + AFTER_FAULT_SECONDS
            for fault in history.faults
        )
        if passed and not disturbed:
            yield f"{other.key} came after {one.key} and was begun {started - later:.2f} s before"


def _no_haste(history: History) -> Iterator[str]:
    """Nothing is begun over and over: each start has a wish or a fault before it."""
    calls = _by_key(history)
    for key, transfers in _transfers(history).items():
        reasons = 1 + len(calls.get(key, ())) + 2 * len(history.faults)
        if len(transfers) > TRANSFERS_EACH * reasons:
            yield f"{key} was fetched {len(transfers)} times for {reasons} reasons"


def _by_key(history: History) -> dict[str, list[Call]]:
    found: defaultdict[str, list[Call]] = defaultdict(list)
    for call in sorted(history.calls, key=lambda call: call.begun):
        found[call.key].append(call)
    return found


def _transfers(history: History) -> dict[str, list[Transfer]]:
    found: defaultdict[str, list[Transfer]] = defaultdict(list)
    for transfer in history.transfers:
        found[transfer.key].append(transfer)
    return found


def _finals(history: History) -> Iterator[tuple[Final, list[Call]]]:
    calls = _by_key(history)
    twice = [key for key, times in Counter(f.key for f in history.finals).items() if times > 1]
    for final in history.finals:
        if final.key not in twice:
            yield final, calls.get(final.key, [])
