"""Profiles: what a wish leaves out, its profile decides; what is queued is not changed any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.profiles import MAX_OWN, Profiles
from domain.choices import Choices
from domain.problems import ConflictError, InvalidError, NotFoundError
from domain.profiles import BUILT_IN, ProfileRequest
from domain.requests import DownloadRequest, Entry
from tests.backend.databases import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

URL = "https://example.org/a.mp4"


@pytest.fixture
def profiles(tmp_path: Path) -> Iterator[Profiles]:
    store = opened(tmp_path / "app.db")
    yield Profiles(store)
    store.engine.dispose()


def wanted(name: str = "Car", **choices: object) -> ProfileRequest:
    return ProfileRequest(name=name, choices=Choices.model_validate(choices))


def wish(**how: object) -> DownloadRequest:
    return DownloadRequest.model_validate({"url": URL} | how)


def test_some_come_with_the_app_and_one_is_the_default(profiles: Profiles) -> None:
    found = profiles.all()

    assert [one.name for one in found] == ["Plays everywhere", "Best quality", "Podcast", "Archive"]
    assert [one.id for one in found if one.default] == ["plays-everywhere"]
    assert not any(one.own for one in found)


def test_what_a_wish_leaves_out_its_profile_decides(profiles: Profiles) -> None:
    resolved = profiles.resolve(wish(profile="podcast", embed=["metadata"]))

    assert (resolved.format, resolved.audio_bitrate) == ("mp3", 128)
    assert resolved.embed == ["metadata"]
    assert resolved.profile is None


def test_what_a_wish_says_counts_even_if_it_is_what_it_would_be_anyway(profiles: Profiles) -> None:
    resolved = profiles.resolve(wish(profile="podcast", format="mp4", audio_bitrate=None))

    assert (resolved.format, resolved.audio_bitrate) == ("mp4", None)


def test_a_wish_without_a_profile_takes_the_default_one(profiles: Profiles) -> None:
    assert profiles.resolve(wish()).format == "mp4"

    made = profiles.add(wanted(format="opus"))
    profiles.set_default(made.id)

    assert profiles.resolve(wish()).format == "opus"
    assert [one.id for one in profiles.all() if one.default] == [made.id]


def test_a_clip_and_what_the_list_knew_come_through(profiles: Profiles) -> None:
    entry = Entry(url=URL, title="One", number=3)
    resolved = profiles.resolve(wish(profile="archive", start=1, end=2, entry=entry))

    assert (resolved.start, resolved.end, resolved.entry) == (1, 2, entry)


def test_an_own_one_is_kept_changed_and_forgotten(profiles: Profiles) -> None:
    made = profiles.add(wanted("  For the\ncar ", format="mp3"))
    changed = profiles.change(made.id, wanted("For the bike", format="m4a"))
    listed = profiles.all()[-1]

    assert made.name == "For the car"
    assert (changed.name, changed.choices.format, changed.own) == ("For the bike", "m4a", True)
    assert listed == changed

    profiles.delete(made.id)
    with pytest.raises(NotFoundError):
        profiles.get(made.id)


def test_when_the_default_one_is_deleted_the_first_takes_its_place(profiles: Profiles) -> None:
    made = profiles.add(wanted(format="opus"))
    profiles.set_default(made.id)
    profiles.delete(made.id)

    assert profiles.resolve(wish()).format == "mp4"
    assert [one.id for one in profiles.all() if one.default] == ["plays-everywhere"]


@pytest.mark.parametrize("name", ["Car", " car", "CAR", "Podcast", "podcast"])
def test_no_two_have_the_same_name(profiles: Profiles, name: str) -> None:
    profiles.add(wanted("Car"))
    other = profiles.add(wanted("Bike"))

    with pytest.raises(InvalidError, match="already") as refused:
        profiles.add(wanted(name))
    assert refused.value.field == "name"
    with pytest.raises(InvalidError, match="already"):
        profiles.change(other.id, wanted(name))


def test_one_keeps_its_name_when_it_is_changed(profiles: Profiles) -> None:
    made = profiles.add(wanted("Car"))
    assert profiles.change(made.id, wanted("Car", format="mkv")).choices.format == "mkv"


def test_a_profile_that_there_is_not_is_named_on_its_field(profiles: Profiles) -> None:
    with pytest.raises(InvalidError, match="nowhere") as refused:
        profiles.resolve_all([wish(), wish(profile="nowhere")])
    assert refused.value.field == "profile"
    with pytest.raises(NotFoundError):
        profiles.change("nowhere", wanted())
    with pytest.raises(NotFoundError):
        profiles.delete("nowhere")
    with pytest.raises(NotFoundError):
        profiles.set_default("nowhere")


@pytest.mark.parametrize("profile", BUILT_IN)
def test_those_that_come_with_the_app_stay_as_they_are(profiles: Profiles, profile: str) -> None:
    with pytest.raises(ConflictError, match="comes with the app"):
        profiles.change(profile, wanted())
    with pytest.raises(ConflictError, match="comes with the app"):
        profiles.delete(profile)


def test_there_are_not_more_than_a_list_can_show(profiles: Profiles) -> None:
    for number in range(MAX_OWN):
        profiles.add(wanted(f"Number {number}"))
    with pytest.raises(ConflictError, match=str(MAX_OWN)):
        profiles.add(wanted("One more"))
