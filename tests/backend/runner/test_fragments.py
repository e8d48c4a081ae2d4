"""The note of what was begun is read as any version of the program has written it."""

from dataclasses import asdict

import pytest

from runner.fragments import Playlist, Sample

SAMPLE = Sample(index=1, bytes=5, digest="d", validators={})
NOTE = {"digest": "p", "first": asdict(SAMPLE), "last": asdict(SAMPLE)}


@pytest.mark.parametrize(("more", "unproven"), [({}, 0), ({"unproven": 3}, 3)])
def test_a_note_from_before_fragments_were_counted_is_understood(
    more: dict[str, int], unproven: int
) -> None:
    assert Playlist.parse(NOTE | more) == Playlist("p", SAMPLE, SAMPLE, unproven)


@pytest.mark.parametrize("note", [None, [], "x", {}, NOTE | {"unproven": "x"}, NOTE | {"first": 1}])
def test_what_is_no_note_is_none(note: object) -> None:
    assert Playlist.parse(note) is None
