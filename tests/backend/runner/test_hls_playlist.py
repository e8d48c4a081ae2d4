from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.hls_playlist import Key, NotAPlaylistError, Piece, parse, wanted
from runner.recording import Recording, Track

if TYPE_CHECKING:
    from pathlib import Path

AT = "https://example.org/live/index.m3u8?token=1"
HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:7\n"


def listed(first: int, count: int, more: str = "") -> str:
    segments = "".join(f"#EXTINF:4,\n{first + n}.ts\n" for n in range(count))
    return f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:{first}\n{segments}{more}"


def test_segments_have_numbers_addresses_and_lengths() -> None:
    found = parse(f"{HEAD}#EXTINF:3.5,a\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:4,\n/b.ts\n", AT)

    assert [(one.number, one.piece.url, one.seconds) for one in found.segments] == [
        (7, "https://example.org/live/a.ts", 3.5),
        (8, "https://example.org/b.ts", 4.0),
    ]
    assert [one.begins_anew for one in found.segments] == [False, True]
    assert (found.target, found.ended, found.whole, found.following) == (4.0, False, False, 9)


def test_ranges_follow_each_other() -> None:
    lines = '#EXT-X-MAP:URI="all.mp4",BYTERANGE="100@0"\n'
    lines += (
        "#EXTINF:4,\n#EXT-X-BYTERANGE:50@100\nall.mp4\n#EXTINF:4,\n#EXT-X-BYTERANGE:20\nall.mp4"
    )
    found = parse(HEAD + lines, AT).segments

    url = "https://example.org/live/all.mp4"
    assert [one.piece for one in found] == [Piece(url, (100, 149)), Piece(url, (150, 169))]
    assert {one.head for one in found} == {Piece(url, (0, 99))}


def test_keys_hold_until_another_and_what_cannot_be_read_is_told() -> None:
    lines = '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x0A\n#EXTINF:4,\na.ts\n'
    lines += "#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\nb.ts\n"
    found = parse(HEAD + lines, AT).segments

    key = Key("https://example.org/live/k", bytes(15) + b"\x0a")
    assert [one.key for one in found] == [key, None]
    with pytest.raises(NotAPlaylistError, match="copy-protected"):
        parse(f'{HEAD}#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"\n#EXTINF:4,\na.ts\n', AT)
    with pytest.raises(NotAPlaylistError, match="no playlist"):
        parse("<html>", AT)


@pytest.mark.parametrize(
    ("following", "begin", "numbers"),
    [
        (None, "start", [7, 8, 9, 10, 11]),
        (None, "now", [9, 10, 11]),
        (10, "start", [10, 11]),
        (12, "now", []),
        (15, "start", []),
        (400, "start", [7, 8, 9, 10, 11]),
        (3, "now", [7, 8, 9, 10, 11]),
    ],
    ids=["start", "now", "on", "nothing-new", "older-copy", "begun-anew", "gap"],
)
def test_which_segments_are_to_be_recorded(
    following: int | None, begin: str, numbers: list[int]
) -> None:
    playlist = parse(listed(7, 5), AT)
    assert [
        one.number for one in wanted(playlist, following, from_start=begin == "start")
    ] == numbers


def test_what_nothing_vouches_for_is_cut_off_and_a_torn_part_joins_nothing(tmp_path: Path) -> None:
    recording = Recording(tmp_path, {"id": "x"}, [Track()])
    for first in (0, 5):
        part = recording.part(0, first, "head", joins=first > 0)
        recording.append(part, b"0123456789")
        part.following = first + 5
        recording.save()
    paths = sorted(tmp_path.glob("live-*.ts"))
    paths[1].write_bytes(b"0123456789 and half a segment")

    again = Recording.open(tmp_path)
    assert [list(run) for run in again.tracks[0].runs()] == [again.tracks[0].parts]
    assert paths[1].read_bytes() == b"0123456789"
    assert (again.begun, again.ended, again.size) == (True, False, 20)

    paths[0].write_bytes(b"0123")  # as after a power cut
    torn = Recording.open(tmp_path)
    assert len(list(torn.tracks[0].runs())) == 2
    assert torn.size == 14


def test_a_damaged_journal_is_a_recording_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "live.json").write_text('{"tracks": [{}]')
    assert not Recording.open(tmp_path).begun
