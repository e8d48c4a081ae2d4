"""What a power cut leaves of a recording is kept, whatever is recorded afterwards."""

from pathlib import Path

from runner.recording import Recording, Track


def test_no_later_part_takes_the_file_of_one_that_is_there(tmp_path: Path) -> None:
    recording = Recording(tmp_path, tracks=[Track()])
    for first, content in enumerate((b"one", b"two", b"three")):
        recording.append(recording.part(0, first, "", joins=False), content)
    recording.save()
    kept, emptied, last = (part.file for part in recording.tracks[0].parts)
    (tmp_path / emptied).write_bytes(b"")

    found = Recording.open(tmp_path)
    assert [part.file for part in found.tracks[0].parts] == [kept, last]
    found.append(found.part(0, 3, "", joins=False), b"four")
    assert [(tmp_path / part.file).read_bytes() for part in found.tracks[0].parts] == [
        b"one",
        b"three",
        b"four",
    ]
