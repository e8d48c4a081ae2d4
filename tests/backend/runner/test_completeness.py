"""No download is called done that may be cut: it is completed, or what is missing is said."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Literal

import pytest

from files.ffmpeg import find_ffmpeg
from runner.structure import told_size
from tests.backend.api_process import wait_for
from tests.backend.pages import page_of
from tests.media_probe import probe
from tests.media_source import Manner, make_encrypted, make_index_last, make_single_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backend.api_process import Api
    from tests.media_source import MediaSource

BY_CLOSING = Manner(framing="close", ranges=False)


def result(api: Api, url: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    done = api.wait(api.add(url, **options), "done", "failed")
    assert done["error"] is None, done["error"]
    return done


def kinds(download: dict[str, Any]) -> list[str]:
    return [note["kind"] for note in download["notes"]]


def cut(at: int, *, ranges: bool = False) -> Manner:
    return Manner(framing="close", sends=at, ranges=ranges)


def ffmpeg(*arguments: str) -> None:
    program = find_ffmpeg()
    assert program
    subprocess.run([program, "-nostdin", "-loglevel", "error", "-y", *arguments], check=True)


# Files


def test_a_source_that_announces_less_than_there_is(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/clip.mp4"] = Manner(announces=600_000, ranges=False)

    done = result(shared_api, own_media.mp4)

    assert done["file"]["bytes"] == 600_000
    assert kinds(done) == ["incomplete"]
    assert done["notes"][0]["values"] == {"duration": "12"}
    del own_media.manners["/clip.mp4"]
    shared_api.ask("POST", f"/api/downloads/{done['id']}/retry")
    wait_for(lambda: not shared_api.get(done["id"])["notes"], "it is whole")
    assert shared_api.bytes_of(done["id"]) == own_media.mp4_bytes


def test_a_body_that_breaks_off_silently_is_completed_where_the_source_knows_ranges(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/clip.mp4"] = cut(900_000, ranges=True)

    done = result(shared_api, own_media.mp4)

    assert kinds(done) == []
    assert shared_api.bytes_of(done["id"]) == own_media.mp4_bytes
    assert [first for path, first in own_media.requests if path == "/clip.mp4" and first]


@pytest.mark.parametrize(
    ("ranges", "said"), [(True, []), (False, ["incomplete-unproven"])], ids=["asked", "no ranges"]
)
def test_what_tells_no_length_at_all_is_asked_for_what_follows(
    shared_api: Api, own_media: MediaSource, *, ranges: bool, said: list[str]
) -> None:
    own_media.manners["/hls/index0.ts"] = Manner(framing="close", ranges=ranges)

    done = result(shared_api, f"{own_media.base}/hls/index0.ts")

    assert kinds(done) == said


@pytest.mark.parametrize("seconds", [60, 12])
def test_a_file_that_lasts_far_less_than_the_site_told(
    shared_api: Api, own_media: MediaSource, seconds: int
) -> None:
    url = page_of(own_media, "told.html", contentUrl=own_media.mp4, duration=f"PT{seconds}S")

    done = result(shared_api, url)

    assert done["duration"] == pytest.approx(12, abs=0.1)
    assert [note["values"] for note in done["notes"]] == [{"duration": "60"}] * (seconds > 12)


@pytest.mark.parametrize("embed", [[], ["metadata"]], ids=["as it came", "written anew"])
def test_a_whole_file_whose_length_is_but_guessed(
    shared_api: Api, own_media: MediaSource, embed: list[str]
) -> None:
    """Noise, then silence: by the bit rate of the beginning it lasts less than half as long."""
    sound = ("-f", "lavfi", "-i", "aevalsrc='if(lt(t,20),random(0)-0.5,sin(t)/9999)':d=120")
    coded = ("-c:a", "libmp3lame", "-q:a", "2", "-write_xing", "0")
    ffmpeg(*sound, *coded, str(own_media.folder / "varies.mp3"))
    link = f"{own_media.base}/varies.mp3"
    url = page_of(own_media, "varies.html", contentUrl=link, duration="PT120S")

    done = result(shared_api, url, format="mp3", embed=embed)

    assert kinds(done) == []
    assert done["duration"] == pytest.approx(120, abs=0.1)


def test_a_compressed_body_that_breaks_off(shared_api: Api, own_media: MediaSource) -> None:
    (own_media.folder / "packed.mp4").write_bytes(gzip.compress(own_media.mp4_bytes))
    packed = {"Content-Encoding": "gzip"}
    own_media.manners["/packed.mp4"] = Manner(framing="close", sends=600_000, headers=packed)

    done = result(shared_api, f"{own_media.base}/packed.mp4")

    assert kinds(done) == ["incomplete"]


def test_a_file_whose_index_was_to_come_last(shared_api: Api, own_media: MediaSource) -> None:
    make_index_last(own_media.folder)
    url = f"{own_media.base}/last.mp4"
    own_media.manners["/last.mp4"] = cut(589_824)

    kept = result(shared_api, url)
    as_sound = shared_api.wait(shared_api.add(url, format="mp3"), "done", "failed")

    assert kinds(kept) == ["incomplete-size"]
    assert kept["notes"][0]["values"] == {"sent": "0.6"}
    assert (as_sound["state"], as_sound["error"]["kind"]) == ("failed", "incomplete-size")
    del own_media.manners["/last.mp4"]
    shared_api.ask("POST", f"/api/downloads/{as_sound['id']}/retry")
    assert shared_api.wait(as_sound["id"], "done", "failed")["error"] is None


PIPED = {
    "sox": (0x7FFF_F024, 0x7FFF_F000),
    "2 GiB": (0x7FFF_FFFF, 0x7FFF_FFDB),
    "arecord": (0x8000_0024, 0x8000_0000),
    "ffmpeg": (0xFFFF_FFFF, 0xFFFF_FFFF),
    "nothing": (0, 0),
}
"""What programs that write sound to a pipe say of its length: of the file, and of its data."""


@pytest.mark.parametrize("framing", ["length", "close"])
@pytest.mark.parametrize("sizes", PIPED.values(), ids=PIPED)
def test_sound_that_was_written_to_a_pipe_is_whole(
    shared_api: Api,
    own_media: MediaSource,
    framing: Literal["length", "close"],
    sizes: tuple[int, int],
) -> None:
    made = own_media.folder / "piped.wav"
    ffmpeg("-i", str(own_media.folder / "clip.mp4"), "-vn", "-bitexact", str(made))
    sound = bytearray(made.read_bytes())
    data = sound.index(b"data") + 4
    for place, size in zip((4, data), sizes, strict=True):
        sound[place : place + 4] = size.to_bytes(4, "little")
    made.write_bytes(sound)
    own_media.manners["/piped.wav"] = Manner(framing=framing)

    done = result(shared_api, f"{own_media.base}/piped.wav", format="wav")

    assert kinds(done) == []
    assert done["duration"] == pytest.approx(12, abs=0.2)


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("cut.mp3", ("-vn", "-c:a", "libmp3lame"), "incomplete"),
        ("cut.ts", ("-c", "copy"), "incomplete-size"),
    ],
)
def test_a_file_that_says_its_length_otherwise_and_whose_source_announces_less(
    shared_api: Api, own_media: MediaSource, name: str, how: tuple[str, ...], said: str
) -> None:
    made = own_media.folder / name
    ffmpeg("-i", str(own_media.folder / "clip.mp4"), *how, str(made))
    whole = result(shared_api, f"{own_media.base}/{name}", format="mkv")
    own_media.manners[f"/{name}"] = Manner(announces=60_000, ranges=False)

    done = result(shared_api, f"{own_media.base}/{name}?cut", format="mkv")

    assert (kinds(whole), kinds(done)) == ([], [said])


PACKET = 188
"""Bytes of a transport stream's packet."""


@pytest.mark.parametrize(
    ("there", "page", "said"),
    [
        (0.75, "PT12S", ["incomplete-unproven"]),
        (0.4, "PT12S", ["incomplete"]),
        (1, "PT12S", []),
        (1, "PT13S", []),
        (1, None, ["incomplete-unproven"]),
    ],
)
def test_a_transport_stream_that_is_cut_between_packets_is_as_long_as_the_site_told_or_marked(
    shared_api: Api, own_media: MediaSource, there: float, page: str | None, said: list[str]
) -> None:
    made = own_media.folder / "cut.ts"
    ffmpeg("-i", str(own_media.folder / "clip.mp4"), "-c", "copy", str(made))
    packets = made.stat().st_size // PACKET
    made.write_bytes(made.read_bytes()[: int(packets * there) * PACKET])
    own_media.manners["/cut.ts"] = BY_CLOSING
    url = link = f"{own_media.base}/cut.ts"
    if page:
        url = page_of(own_media, "cut.html", contentUrl=link, duration=page)

    done = result(shared_api, url, format="mkv")

    assert kinds(done) == said


# Streams in pieces


def test_a_piece_that_is_cut_without_a_word_is_said_to_be_unproven(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/hls/index4.ts"] = cut(49_152)

    done = result(shared_api, own_media.hls)

    assert kinds(done) == ["incomplete-pieces"]


@pytest.mark.parametrize("manner", [BY_CLOSING, Manner()], ids=["no length", "its own"])
def test_a_piece_of_an_encrypted_stream_that_is_cut_is_kept_as_far_as_it_came(
    shared_api: Api, own_media: MediaSource, manner: Manner
) -> None:
    make_encrypted(own_media.folder, "key")
    folder = own_media.folder / "encrypted"
    (folder / "key1.ts").write_bytes((folder / "key1.ts").read_bytes()[:16_391])
    own_media.manners["/encrypted/key1.ts"] = manner

    done = result(shared_api, f"{own_media.base}/encrypted/key.m3u8")

    assert kinds(done) == ["incomplete-pieces"]
    assert 1 < probe(shared_api.media / done["file"]["name"]).seconds < 2


def test_a_piece_that_ends_within_a_packet_is_marked_although_it_is_as_long_as_announced(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/hls/index4.ts"] = Manner(announces=PACKET * 200 + 1, ranges=False)

    done = result(shared_api, own_media.hls)

    assert kinds(done) == ["incomplete-pieces"]


def test_a_piece_that_is_cut_is_completed_where_the_source_knows_ranges(
    shared_api: Api, own_media: MediaSource
) -> None:
    clean = shared_api.bytes_of(result(shared_api, own_media.hls)["id"])
    own_media.manners["/hls/index4.ts"] = cut(98_304, ranges=True)

    done = result(shared_api, own_media.hls)

    assert kinds(done) == []
    assert shared_api.bytes_of(done["id"]) == clean


@pytest.mark.parametrize(("told", "more"), [({}, 1), ({"Accept-Ranges": "none"}, 0)])
def test_a_source_that_knows_no_ranges_is_asked_once_what_follows_and_not_for_each_piece(
    shared_api: Api, own_media: MediaSource, told: dict[str, str], more: int
) -> None:
    own_media.manners["/hls/"] = Manner(framing="close", ranges=False, headers=told)

    done = result(shared_api, own_media.hls)

    asked = [path for path, _ in own_media.requests if path.endswith(".ts")]
    assert len(asked) == len(set(asked)) + more
    assert kinds(done) == ["incomplete-pieces"]


def test_a_piece_shorter_than_announced_is_tried_again(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/hls/index4.ts"] = Manner(sends=49_152, ranges=False)
    item = shared_api.add(own_media.hls)

    def waits() -> dict[str, Any] | None:
        now = shared_api.get(item)
        return now if now["attempt"] > 1 and now["error"] else None  # none while it is tried

    again = wait_for(waits, "it is tried again")

    assert again["error"]["kind"] == "broken-off"
    del own_media.manners["/hls/index4.ts"]
    shared_api.ask("POST", f"/api/downloads/{item}/cancel")


def test_a_stream_of_two_is_cut_although_the_other_is_whole(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/dash/chunk-stream0-00012.m4s"] = cut(32_768)

    done = result(shared_api, own_media.dash)

    assert kinds(done) == ["incomplete"]


def test_what_one_of_two_lacks_hides_no_other_failure(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/dash/chunk-stream0-00012.m4s"] = cut(32_768)
    own_media.faults["/dash/chunk-stream1-00003.m4s"] = 403

    failed = shared_api.wait(shared_api.add(own_media.dash), "done", "failed")

    assert failed["error"]["kind"] == "forbidden"
    assert any((shared_api.media / ".staging" / failed["id"]).glob("media.f*.mp4"))


def test_an_end_that_is_not_proven_explains_no_failure(
    shared_api: Api, own_media: MediaSource
) -> None:
    silent = own_media.folder / "silent.ts"
    ffmpeg("-i", str(own_media.folder / "short.mp4"), "-an", "-c", "copy", str(silent))
    own_media.manners["/silent.ts"] = BY_CLOSING

    item = shared_api.add(f"{own_media.base}/silent.ts", format="mp3")

    assert shared_api.wait(item, "done", "failed")["error"]["kind"] == "no-audio"


def test_whole_pieces_of_known_structure_need_no_length(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/dash/"] = BY_CLOSING

    assert kinds(result(shared_api, own_media.dash)) == []


def test_pieces_of_one_file_need_a_source_that_knows_ranges(
    shared_api: Api, own_media: MediaSource
) -> None:
    make_single_file(own_media.folder)
    assert "BYTERANGE" in (own_media.folder / "hls/whole.m3u8").read_text()
    url = f"{own_media.base}/hls/whole.m3u8"

    assert kinds(result(shared_api, url)) == []
    own_media.manners["/hls/whole.ts"] = Manner(ranges=False)
    failed = shared_api.wait(shared_api.add(url, resolution="360p"), "done", "failed")
    assert failed["error"]["kind"] == "no-pieces"


@pytest.mark.parametrize(
    ("status", "kind"), [(404, "key-missing"), (403, "key-refused"), (200, "key-missing")]
)
def test_a_key_that_cannot_be_had_is_named_and_not_the_link(
    shared_api: Api, own_media: MediaSource, status: int, kind: str
) -> None:
    make_encrypted(own_media.folder, "key")
    url = f"{own_media.base}/encrypted/key.m3u8"
    assert kinds(result(shared_api, url)) == []
    if status == 200:
        (own_media.folder / "encrypted/key").write_text("<html>Please sign in</html>")
    else:
        own_media.faults["/encrypted/key"] = status

    failed = shared_api.wait(shared_api.add(url, resolution="360p"), "done", "failed")

    assert (failed["error"]["kind"], failed["attempt"]) == (kind, 1)
    assert ("HTTP" in failed["error"]["sentence"]) == (status != 200)


@pytest.mark.parametrize("kind", ["hls", "dash"])
def test_a_missing_beginning_is_named(shared_api: Api, own_media: MediaSource, kind: str) -> None:
    playlist = own_media.dash
    name = "init-stream0.m4s"
    if kind == "hls":
        pieces = ("-f", "hls", "-hls_time", "1", "-hls_segment_type", "fmp4")
        made = str(own_media.folder / "hls/boxes.m3u8")
        whole = ("-hls_playlist_type", "vod", "-hls_fmp4_init_filename", "begin.mp4")
        ffmpeg("-i", str(own_media.folder / "short.mp4"), "-c", "copy", *pieces, *whole, made)
        playlist, name = f"{own_media.base}/hls/boxes.m3u8", "begin.mp4"
    own_media.faults[f"/{kind}/{name}"] = 404

    failed = shared_api.wait(shared_api.add(playlist), "done", "failed")

    assert failed["error"]["kind"] == "piece-missing"
    assert f"({name}, 1/" in failed["error"]["sentence"]


# What files say of their own length


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("fast.mp4", ("-movflags", "+faststart")),
        ("last.mp4", ()),
        ("pieces.mp4", ("-movflags", "+frag_keyframe+empty_moov")),
        ("film.mkv", ()),
        ("sound.wav", ("-c:a", "pcm_s16le", "-vn")),
        ("sound.mp3", ("-c:a", "libmp3lame", "-vn")),
        ("mono.mp3", ("-c:a", "libmp3lame", "-vn", "-ac", "1", "-ar", "22050")),
        ("tagged.mp3", ("-c:a", "libmp3lame", "-vn", "-metadata", "title=A title")),
    ],
)
def test_a_file_tells_its_length_by_its_structure(
    media_folder: Path, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    made, part = tmp_path / name, tmp_path / f"part-{name}"
    ffmpeg("-i", str(media_folder / "short.mp4"), "-c", "copy", *options, str(made))
    whole = made.read_bytes()

    assert told_size(made) == len(whole)
    for length in (len(whole) - 1, len(whole) // 2, len(whole) // 3):
        part.write_bytes(whole[:length])
        told = told_size(part)
        assert told is not None
        assert told > length


def test_what_follows_a_whole_file_does_not_matter(media_folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "longer.mp4"
    shutil.copy(media_folder / "short.mp4", made)
    with made.open("ab") as file:
        file.write(bytes(1000))
    assert told_size(made) == made.stat().st_size


def test_a_stream_of_packets_tells_no_length(media_folder: Path) -> None:
    assert told_size(media_folder / "hls/index0.ts") is None
