"""Profiles: named choices, of which a download takes one, and may differ from it.

A download is queued with the choices themselves: to change or delete a profile later changes only
what is added from then on. `resolve` is for everything that adds downloads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.choices import Choices
from domain.problems import ConflictError, InvalidError, NotFoundError
from domain.profiles import BUILT_IN, FIRST, Profile, name_key, shown
from domain.requests import DownloadRequest
from store import profiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.profiles import ProfileRequest
    from store.store import Row, Store

CONTROL = "profile"
"""Under which the store keeps which one is the default."""
MAX_OWN = 100


@dataclass(frozen=True, slots=True)
class Profiles:
    """Those that come with the app, and those that people make; safe to use from any thread."""

    store: Store

    def all(self) -> list[Profile]:
        """Those that come with the app first, then the own ones by name."""
        default, own = self._default(), profiles.all_of(self.store)
        known = {*BUILT_IN, *(row["id"] for row in own)}
        default = default if default in known else FIRST
        return [
            *(shown(one, default) for one in BUILT_IN.values()),
            *(_own(row, default) for row in own),
        ]

    def get(self, profile: str) -> Profile:
        """One of them. Raises `NotFoundError`."""
        found = next((one for one in self.all() if one.id == profile), None)
        if found is None:
            raise UnknownProfileError(profile)
        return found

    def add(self, wanted: ProfileRequest) -> Profile:
        """Keep a new one.

        Raises:
            InvalidError: when its name is taken.
            ConflictError: when there are too many.

        """
        if len(profiles.all_of(self.store)) >= MAX_OWN:
            raise ConflictError(
                f"There are {MAX_OWN} profiles of your own already.",
                "Delete one of them.",
                kind="profiles-full",
                most=MAX_OWN,
            )
        _demand_own_name(wanted.name)
        try:
            made = profiles.add(self.store, wanted.name, _kept(wanted.choices))
        except profiles.NameTakenError:
            raise NameTakenError(wanted.name) from None
        return self.get(made)

    def change(self, profile: str, wanted: ProfileRequest) -> Profile:
        """Put an own one in place of what it was.

        Raises:
            InvalidError: when its name is taken.
            NotFoundError: when there is no such profile.
            ConflictError: when it comes with the app.

        """
        _demand_own(profile)
        _demand_own_name(wanted.name)
        try:
            if not profiles.change(self.store, profile, wanted.name, _kept(wanted.choices)):
                raise UnknownProfileError(profile)
        except profiles.NameTakenError:
            raise NameTakenError(wanted.name) from None
        return self.get(profile)

    def delete(self, profile: str) -> None:
        """Forget an own one. Raises as `change`."""
        _demand_own(profile)
        if not profiles.delete(self.store, profile):
            raise UnknownProfileError(profile)

    def set_default(self, profile: str) -> Profile:
        """Let it be taken where none is named. Raises `NotFoundError`."""
        self.get(profile)
        self.store.set_control(CONTROL, profile)
        return self.get(profile)

    def resolve(self, request: DownloadRequest) -> DownloadRequest:
        """The wish with whatever it leaves out as its profile, or the default one, has it.

        Raises:
            InvalidError: when it names a profile that there is not.

        """
        return self.resolve_all([request])[0]

    def resolve_all(self, requests: Sequence[DownloadRequest]) -> list[DownloadRequest]:
        """The same for many; each profile is looked up once. Raises as `resolve`."""
        choices = {name: self._choices(name) for name in {one.profile for one in requests}}
        return [_with(choices[one.profile], one) for one in requests]

    def _choices(self, profile: str | None) -> dict[str, Any]:
        """What differs from the defaults of all choices."""
        wanted = profile or self._default()
        if built_in := BUILT_IN.get(wanted):
            return _kept(built_in.choices)
        row = profiles.get(self.store, wanted)
        if row is not None:
            return dict(row["choices"])
        if profile is None:  # the default one has been deleted
            return _kept(BUILT_IN[FIRST].choices)
        raise InvalidError(
            f"There is no profile {profile}.",
            "Choose another; /api/profiles lists them.",
            field="profile",
            kind="unknown-profile",
        )

    def _default(self) -> str:
        return str(self.store.controls().get(CONTROL) or FIRST)


class UnknownProfileError(NotFoundError):
    """Nobody knows that profile, or nobody does any more."""

    def __init__(self, profile: str) -> None:
        super().__init__(
            f"There is no profile {profile}.",
            "/api/profiles lists what there is.",
            kind="unknown-profile",
        )


class NameTakenError(InvalidError):
    """Another profile has that name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is a profile called {name} already.",
            "Choose another name.",
            field="name",
            kind="profile-name-taken",
            name=name,
        )


def _with(choices: dict[str, Any], request: DownloadRequest) -> DownloadRequest:
    if not choices:
        return request.model_copy(update={"profile": None}) if request.profile else request
    given = request.model_dump(exclude_unset=True, exclude={"profile"})
    return DownloadRequest.model_validate(choices | given)


def _own(row: Row, default: str) -> Profile:
    choices = Choices.model_validate(row["choices"])
    return Profile(
        id=row["id"], name=row["name"], own=True, default=row["id"] == default, choices=choices
    )


def _kept(choices: Choices) -> dict[str, Any]:
    return choices.model_dump(exclude_defaults=True)


def _demand_own(profile: str) -> None:
    if built_in := BUILT_IN.get(profile):
        raise ConflictError(
            f"{built_in.name} comes with the app and stays as it is.",
            "Save its choices under another name, and change that.",
            kind="profile-built-in",
            name=built_in.name,
        )


def _demand_own_name(name: str) -> None:
    if any(name_key(name) == name_key(one.name) for one in BUILT_IN.values()):
        raise NameTakenError(name)
