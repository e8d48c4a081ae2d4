from __future__ import annotations

from typing import Any

from runner.progress_meter import HIDDEN, ProgressMeter


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def tell(meter: ProgressMeter, clock: Clock, **status: object) -> None:
    clock.now += 1
    call = {"status": "downloading", "filename": "a", "info_dict": {"format_id": "0"}}
    meter.progress(call | status)


def test_the_fraction_of_two_parts_never_runs_backwards() -> None:
    events: list[dict[str, Any]] = []
    clock = Clock()
    meter = ProgressMeter(events.append, clock=clock)
    meter.expect({"requested_formats": [{"filesize": 300}, {"filesize": 100}]})

    tell(meter, clock, downloaded_bytes=150, total_bytes=300)
    tell(meter, clock, downloaded_bytes=300, total_bytes=300, status="finished")
    tell(meter, clock, downloaded_bytes=50, total_bytes=100, filename="b")

    assert [event["fraction"] for event in events] == [0.375, 0.75, 0.875]
    assert [event["bytes"] for event in events] == [150, 300, 350]
    assert {event["total"] for event in events} == {400}


def test_fragments_count_where_sizes_are_guesses() -> None:
    events: list[dict[str, Any]] = []
    clock = Clock()
    meter = ProgressMeter(events.append, clock=clock)
    meter.expect({})

    tell(meter, clock, downloaded_bytes=9, total_bytes=10, fragment_index=1, fragment_count=4)

    assert events[0]["fraction"] == 0.25


def test_progress_is_told_at_most_four_times_a_second() -> None:
    events: list[dict[str, Any]] = []
    clock = Clock()
    meter = ProgressMeter(events.append, clock=clock)
    for number in range(100):
        clock.now += 0.01
        status = {"status": "downloading", "filename": "a", "info_dict": {"format_id": "0"}}
        meter.progress(status | {"downloaded_bytes": number, "total_bytes": 100})

    assert len(events) == 4


def test_subtitles_are_no_part_of_what_is_measured() -> None:
    events: list[dict[str, Any]] = []
    clock = Clock()
    meter = ProgressMeter(events.append, clock=clock)
    meter.expect({"filesize": 400})

    words = {"filename": "a.en.vtt", "info_dict": {"ext": "vtt"}, "total_bytes": 9}
    tell(meter, clock, **words, downloaded_bytes=9, status="finished")
    tell(meter, clock, downloaded_bytes=100, total_bytes=400)

    assert [(event["bytes"], event["fraction"]) for event in events] == [(100, 0.25)]


def test_a_conversion_is_told_of_with_what_has_come_and_a_hidden_step_is_not() -> None:
    events: list[dict[str, Any]] = []
    clock = Clock()
    meter = ProgressMeter(events.append, clock=clock)
    tell(meter, clock, downloaded_bytes=300, total_bytes=300, status="finished")
    for postprocessor in ("ExtractAudio", *HIDDEN):
        for status in ("started", "processing", "finished"):
            meter.converting({"status": status, "postprocessor": postprocessor})

    (converting,) = [event for event in events if event["stage"] == "converting"]
    assert converting == {"event": "progress", "stage": "converting", "bytes": 300, "total": 300}
