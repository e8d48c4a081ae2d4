"""Each rule of the model: a history that keeps it, and one that breaks it and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from scripts.histories.checker import violations
from scripts.histories.history import Call, Fault, Final, History, Transfer, read

if TYPE_CHECKING:
    from pathlib import Path

RIGHT = "0123"


def call(action: str, key: str = "a", at: float = 1.0, status: int = 200) -> Call:
    return Call(action, key, f"id-{key}", 0, at, at + 0.1, status)


def final(key: str = "a", state: str = "done", **change: object) -> Final:
    digest = RIGHT if state == "done" else None
    made = Final(key, f"id-{key}", state, None, 1, 1.2, digest)
    return replace(made, **change)  # type: ignore[arg-type]


def history(*calls: Call, finals: tuple[Final, ...] = (), **change: object) -> History:
    files = tuple(f"{each.key}.mp4" for each in finals if each.state == "done")
    made = History(calls, (), (), finals, files, (), RIGHT, at_once=2)
    return replace(made, **change)  # type: ignore[arg-type]


def rules(broken: History) -> set[str]:
    """The rules that a history breaks."""
    return {told.partition(":")[0] for told in violations(broken)}


def test_a_history_in_which_everything_went_well_has_no_violation() -> None:
    deleted = [call("add", "d"), call("delete", "d", 2)]
    cancelled = [call("add", "c"), call("cancel", "c", 2)]
    paused = [call("add", "p"), call("pause", "p", 2)]
    finals = (final(), final("c", "cancelled"), final("p", "paused"))
    good = history(call("add"), *deleted, *cancelled, *paused, finals=finals)
    assert violations(good) == []


def test_an_error_that_nobody_explained_is_one() -> None:
    assert rules(history(call("add"), call("pause", status=500), finals=(final(),))) == {"errors"}
    assert not rules(history(call("add"), call("pause", status=503), finals=(final(),)))


def test_what_was_acknowledged_must_be_there() -> None:
    assert rules(history(call("add"))) == {"kept"}
    assert not rules(history(call("add", status=0)))
    assert not rules(history(call("add"), call("delete", at=2, status=0)))


def test_what_was_deleted_must_be_gone() -> None:
    assert rules(history(call("add"), call("delete", at=2), finals=(final(),))) == {"kept"}
    assert not rules(history(call("add"), call("delete", at=2, status=503), finals=(final(),)))


def test_a_cancellation_wins_until_somebody_retries() -> None:
    cancelled = (call("add"), call("cancel", at=2))
    assert rules(history(*cancelled, finals=(final(),))) == {"wishes"}
    assert not rules(history(*cancelled, call("retry", at=3), finals=(final(),)))
    assert not rules(history(*cancelled, call("retry", at=3, status=0), finals=(final(),)))
    assert rules(history(*cancelled, call("retry", at=3, status=409), finals=(final(),)))
    assert rules(history(call("retry", at=1), *cancelled, finals=(final(),)))


def test_a_pause_lasts_until_somebody_resumes() -> None:
    paused = (call("add"), call("pause", at=2))
    assert rules(history(*paused, finals=(final(),))) == {"wishes"}
    assert not rules(history(*paused, call("resume", at=3), finals=(final(),)))


def test_everything_ends() -> None:
    assert rules(history(call("add"), finals=(final(state="queued"),))) == {"ends"}
    assert rules(history(call("add"), finals=(final(state="failed", error="crash"),))) == {"ends"}
    assert rules(history(call("add"), finals=(final(state="paused"),))) == {"ends"}


def test_a_full_disk_may_fail_a_download_and_nothing_else_may() -> None:
    failed = history(call("add"), finals=(final(state="failed", error="disk-full"),))
    filled = replace(failed, faults=(Fault("fill disk", 0, 1, 2),))
    assert rules(failed) == {"ends"}
    assert not rules(filled)


def test_a_file_has_the_bytes_of_its_source_and_is_there_once() -> None:
    whole = history(call("add"), finals=(final(),))
    assert rules(history(call("add"), finals=(final(digest="4567"),))) == {"files"}
    assert rules(replace(whole, files=("a.mp4", "a (1).mp4"))) == {"files"}
    assert rules(replace(whole, files=())) == {"files"}


def test_nothing_is_left_in_staging_but_what_is_not_over() -> None:
    done = history(call("add"), finals=(final(),))
    paused = history(call("add"), call("pause", at=2), finals=(final(state="paused"),))
    assert rules(replace(done, staged=("id-a",))) == {"files"}
    assert not rules(replace(paused, staged=("id-a",)))


def test_two_may_work_on_one_download_only_until_a_lost_session_is_noticed() -> None:
    good = history(call("add"), finals=(final(),))
    short = (Transfer("a", 0, 1, 11), Transfer("a", 0, 5, 12))
    long = (Transfer("a", 0, 1, 15), Transfer("a", 0, 4, 16))
    assert not rules(replace(good, transfers=short))
    assert rules(replace(good, transfers=long)) == {"alone"}


def test_no_more_are_fetched_at_once_than_may_be() -> None:
    good = history(*(call("add", key) for key in "abc"), finals=tuple(map(final, "abc")))
    three = tuple(Transfer(key, 0, 1.0, 9.0) for key in "abc")
    assert not rules(replace(good, transfers=three[:2]))
    assert rules(replace(good, transfers=three)) == {"limit"}


def test_no_process_has_more_than_it_may_however_few_the_others_have() -> None:
    good = replace(history(call("add"), finals=(final(),)), each_at_once=2, at_once=4)
    assert not rules(replace(good, most={"api-1": 2, "api-2": 2}))
    assert rules(replace(good, most={"api-1": 4, "api-2": 0})) == {"limit"}


def test_what_nobody_touched_is_begun_in_its_order() -> None:
    calls = (call("add", "a", 1), call("add", "b", 2))
    turned = history(*calls, finals=(final("a", started=9), final("b", started=4)))
    assert rules(turned) == {"order"}
    assert not rules(replace(turned, finals=(final("a", started=4), final("b", started=9))))
    assert not rules(replace(turned, faults=(Fault("kill backend", 0, 3, 5),)))
    assert not rules(replace(turned, calls=(*calls, call("move", "a", 3))))
    assert not rules(replace(turned, clocks_apart=True))


def test_a_call_without_an_answer_may_be_carried_out_late() -> None:
    unanswered, added = call("add", "a", 1, status=0), call("add", "b", 2)
    finals = (final("a", started=9), final("b", started=4))
    assert not rules(history(unanswered, added, finals=finals))

    started_again = final(state="done")
    wish = (call("add", at=1), call("retry", at=2, status=0), call("cancel", at=3))
    assert not rules(history(*wish, finals=(started_again,)))
    answered = (call("add", at=1), call("retry", at=2, status=503), call("cancel", at=3))
    assert rules(history(*answered, finals=(started_again,))) == {"wishes"}


def test_nothing_is_begun_over_and_over_without_a_reason() -> None:
    good = history(call("add"), finals=(final(),))
    again = tuple(Transfer("a", 0, at, at + 0.5) for at in range(1, 10))
    assert rules(replace(good, transfers=again)) == {"no_haste"}
    assert not rules(replace(good, transfers=again[:8]))


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    written = history(call("add"), finals=(final(),), transfers=(Transfer("a", 0, 1, 2),))
    written = replace(written, faults=(Fault("kill backend", 1, 2, 3),), most={"api-1": 1})
    written.write(file)
    assert read(file) == written


def test_a_history_of_which_nobody_knows_what_each_process_had_is_read(tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    history(call("add"), finals=(final(),)).write(file)
    old = json.loads(file.read_text(encoding="utf-8"))
    del old["most"], old["each_at_once"]
    file.write_text(json.dumps(old), encoding="utf-8")
    assert not violations(read(file))
