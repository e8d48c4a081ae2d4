"""Each row of docs/troubleshooting.md and its test: the tables of docs/troubleshooting-rows.md.

A row is *made to happen*, what is then said is *compared* with the page, its fix is *typed* or
done, and what was wrong is *healed*. `make docs` writes the tables; `test_rows.py` demands that
every row is here, that the tests are there, and that what is not done says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/troubleshooting.md"
FIRST_CELL = re.compile(r"^\| (.+?) \|")
CELL_BORDER = re.compile(r"(?<!\\)\|")
YES = "yes"


@dataclass(frozen=True)
class Held:
    """The test that does a row's four things, or why one of them is not done."""

    test: str
    """`file::function`."""
    typed: str = YES
    """Whether a test types or does what the row advises; else the reason."""
    healed: str = YES
    also: str = ""
    """Another test, which does the rest."""
    made: str = YES
    """Whether it happens for real; else what does in its place."""
    equal: str = YES
    """Whether all that is said is what the page says; else what is compared."""

    @property
    def tests(self) -> list[str]:
        return [test for test in (self.test, self.also) if test]


@dataclass(frozen=True)
class Table:
    """A table of the page: under which heading, and what holds its rows."""

    title: str
    held: Callable[[list[str]], Held]
    """What holds the row with these cells; raises `KeyError` where nothing does."""

    def rows(self) -> Iterator[list[str]]:
        """The cells of each row, as they stand on the page."""
        section = PAGE.read_text(encoding="utf-8").partition(f"\n## {self.title}\n")[2]
        lines = [
            line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| ")
        ]
        for line in lines[1:]:
            yield [cell.strip() for cell in CELL_BORDER.split(line)[1:-1]]


# --- What crashes -------------------------------------------------------------------------------

CRASHES = "tests/stack/test_troubleshooting_rows.py"
LIMITS = "tests/stack/test_troubleshooting_limits.py"
HEALS = "test_what_is_said_is_what_the_page_shows_and_its_advice_heals"
OF_A_LIMIT = {
    *("too-many-files", "not-started", "out-of-memory", "watch-limit", "port-forbidden"),
    *("port-in-use", "no-permission", "disk-full", "dependency-down"),
}
STAND_IN = "in part: something else stands in for it"
QUOTED = "in part: what the page quotes, not every word around it"
OWN_SETUP = "in part: what it installs is put there"
DONE = "in part: what it advises is done otherwise, or looked for"
MACHINE = "no: it changes the whole machine; the limit is raised where the test has its own"


PARTLY_CRASHES: Mapping[str, dict[str, str]] = {
    "disk-full": {"made": STAND_IN},
    "wrong-version": {"made": STAND_IN, "typed": OWN_SETUP},
    "module-missing": {"typed": OWN_SETUP},
    "command-not-found": {"typed": OWN_SETUP},
    "watch-limit": {"typed": MACHINE},
}


def _crash(cells: list[str]) -> Held:
    kind = cells[0]
    file = LIMITS if kind in OF_A_LIMIT else CRASHES
    return Held(f"{file}::{HEALS}", **PARTLY_CRASHES.get(kind, {}))


# --- What the doctor says, and starts that are refused ------------------------------------------

DOCTOR = "tests/stack/test_doctor_rows.py"
DOCTOR_HEALS = "test_what_the_doctor_says_is_what_the_page_shows_and_its_advice_heals"
PARTLY_DOCTOR: Mapping[str, dict[str, str]] = {
    "guard-hung": {"made": STAND_IN},
    "exited": {"equal": QUOTED},
    "broken-code": {"equal": QUOTED},
    "not-ready": {"equal": QUOTED, "typed": DONE},
    "other-port": {"typed": DONE},
    "other-family": {"typed": DONE},
    "not-listening": {"typed": DONE},
    "slow": {"typed": DONE},
    "all-well": {"typed": DONE},
}


def _doctor(cells: list[str]) -> Held:
    return Held(f"{DOCTOR}::{DOCTOR_HEALS}", **PARTLY_DOCTOR.get(cells[0].strip("*"), {}))


REFUSED = "tests/stack/test_refused_starts.py"
STARTS = Held(
    f"{REFUSED}::test_it_says_what_the_page_quotes_and_starts_once_the_advice_was_followed"
)
INSTALLS = "no: it installs packages of the system; what they bring is put there"
OTHER_STARTS = {
    "no Python 3.11 or newer was found": Held(
        "tests/setup/test_python.py"
        "::test_without_any_the_message_says_what_was_found_and_what_to_type",
        typed=INSTALLS,
    ),
    "no Node that Vite accepts": Held(
        "tests/setup/test_node.py"
        "::test_a_node_that_cannot_be_brought_is_told_and_one_that_is_installed_is_taken",
        typed=INSTALLS,
        made=STAND_IN,
    ),
    "ended with status": Held(
        "tests/setup/test_node.py"
        "::test_an_installation_without_a_network_is_told_and_works_with_one"
    ),
    "no browser can be opened from here": Held(
        f"{REFUSED}::test_where_there_is_no_screen_the_address_is_named"
    ),
}


# --- The database -------------------------------------------------------------------------------

ERRORS = "tests/backend/store/test_database_errors.py"
POSTGRES = "tests/backend/engine/test_postgres_faults.py"
WAITS = "no: it advises to wait"
MADE = Held(
    f"{ERRORS}::test_it_is_told_by_ready_and_by_every_request_and_left_alone_until_it_is_mended"
)
DATABASE: Mapping[str, Held] = {
    "is locked by another program": MADE,
    "is read-only": Held(
        f"{ERRORS}::test_one_that_becomes_read_only_is_told_with_every_file_and_used_again"
        "_once_it_is_mended"
    ),
    "is damaged": MADE,
    "was written by a newer version": MADE,
    "cannot grow: the disk is full": Held(
        "tests/backend/app/test_lifecycle.py::test_a_disk_that_is_full_at_the_start"
    ),
    "refuses the password": Held(
        "tests/containers/test_production.py"
        "::test_another_password_on_an_old_volume_is_unhealthy_and_told",
        typed=DONE,
    ),
    "cannot be written: FOLDER belongs to user 0": Held(
        "tests/backend/files/test_folders.py"
        "::test_somebody_elses_folder_is_told_with_user_and_command"
    ),
    "cannot be opened": Held(
        "tests/backend/app/test_lifecycle.py::test_a_data_folder_that_cannot_be_made_yet"
    ),
    "has lost tables": MADE,
    "was deleted or replaced": Held(
        "tests/backend/store/test_database.py"
        "::test_every_link_that_was_acknowledged_is_there_after_a_restart"
    ),
    "takes no changes": Held(
        f"{POSTGRES}::test_a_standby_is_told_and_the_address_of_the_primary_is_the_way_on",
        also=f"{POSTGRES}::test_one_that_only_reads_is_told_and_goes_on_once_it_may_write",
    ),
    "Every connection to the database is in use": Held(
        f"{ERRORS}::test_that_every_connection_is_in_use_is_told_and_nothing_is_wrong_with_the"
        "_database",
        WAITS,
        WAITS,
    ),
    "leads to a pooler in transaction mode": Held(
        f"{POSTGRES}::test_a_pooler_that_shares_sessions_is_noticed_and_said"
    ),
}

# --- Downloads ----------------------------------------------------------------------------------

FAILURES = "tests/backend/runner/test_failure_rows.py"
MENDED = "tests/backend/runner/test_mended_downloads.py"
SAID = f"{FAILURES}::test_what_is_said_is_what_the_page_shows"
BRINGS = f"{FAILURES}::test_what_it_advises_brings_the_file"
ANOTHER = "no: it advises another link, format or place, or to wait"
NO_SOURCE = "no: no source of ours brings it about; what yt-dlp raises is raised"
NEWER = "no: it advises a newer yt-dlp, which may not know better"
OWN_WORDS = "in part: the site's name and the medium's id come before it"
STUBBORN = f"{MENDED}::test_what_only_a_site_of_its_own_can_raise_is_told"
COOKIES = Held(f"{FAILURES}::test_cookies_that_others_can_read_and_that_are_none")
MACHINES = Held(f"{FAILURES}::test_a_disk_without_room_and_a_machine_without_ffmpeg")
ONE_SENTENCE = "in part: the sentence, not the advice"
CALLED = "in part: what raises it is called; no download runs"
AGAIN = Held(
    f"{FAILURES}::test_what_ffmpeg_cannot_cut_or_join_is_kept_and_can_be_made_again",
    typed=DONE,
    made=CALLED,
)
BUCKETS = "tests/backend/engine/test_bucket.py"
ANSWERED = Held(
    "tests/backend/files/test_bucket_client.py::test_what_a_store_answers_is_said_by_its_kind",
    "no: it is the operator's to do at the object store",
    "no: it is the operator's to do at the object store",
    made=CALLED,
    equal=ONE_SENTENCE,
)
ADVISED = {
    *("beyond-end", "broken-off", "conversion", "login-needed", "no-audio", "password-needed"),
    *("incomplete-size", "key-missing", "key-refused", "piece-missing", "range", "rate-limited"),
    "server-error",
}
OTHER_DOWNLOADS: Mapping[str, Held] = {
    "address-refused": Held(f"{MENDED}::test_an_address_that_is_listed_by_the_operator_is_reached"),
    "certificate": Held(
        f"{MENDED}::test_a_certificate_of_another_name_is_told_and_the_right_address_has_it",
        also="tests/backend/domain/test_failures.py"
        "::test_a_certificate_that_nobody_vouches_for_is_named",
    ),
    "connection": Held(f"{MENDED}::test_a_site_that_could_not_be_reached_is_asked_again"),
    "forbidden": Held(f"{MENDED}::test_who_may_not_in_brings_cookies"),
    "live": Held(
        f"{MENDED}::test_what_is_live_is_recorded_by_choice_and_downloaded_once_it_has_ended"
    ),
    "playlist": Held(f"{MENDED}::test_of_a_list_something_is_chosen_in_the_preview"),
    "cookies-open": COOKIES,
    "cookies-unreadable": COOKIES,
    "crash": Held(
        equal=ONE_SENTENCE,
        test="tests/backend/work/test_pool.py::test_what_ended_a_runner_is_told",
        also="tests/backend/engine/test_crash.py::test_downloads_go_on_after_kill_9_and_end_identical",
    ),
    "cut": AGAIN,
    "join": AGAIN,
    "database": Held(
        equal=QUOTED,
        test=f"{ERRORS}::test_what_the_database_does_not_take_is_tried_again_later_and_not_for_ever",
        also=f"{ERRORS}::test_one_that_becomes_read_only_is_told_with_every_file_and_used_again"
        "_once_it_is_mended",
    ),
    "disk-full": MACHINES,
    "no-ffmpeg": MACHINES,
    "file-gone": Held(
        "tests/backend/work/test_executor.py"
        "::test_a_file_that_somebody_took_away_before_it_was_noted_is_made_again_by_a_retry",
        made=CALLED,
    ),
    "file-too-large": Held(
        "tests/backend/runner/test_bad_sources.py"
        "::test_a_disk_that_takes_no_file_of_that_size_is_named",
        ANOTHER,
        ANOTHER,
    ),
    "folder": Held(
        f"{MENDED}::test_a_folder_that_became_a_file_while_the_download_waited_is_left_for_another"
    ),
    "geo-blocked": Held(STUBBORN, ANOTHER, ANOTHER),
    "no-such-format": Held(
        f"{FAILURES}::test_a_format_that_a_site_does_not_have_as_yt_dlp_says_it",
        NO_SOURCE,
        ANOTHER,
        made=CALLED,
    ),
    "unexpected": Held(STUBBORN, NEWER, NEWER, equal=OWN_WORDS),
    "live-kind": Held(STUBBORN, ANOTHER, ANOTHER),
    "bucket-unreachable": Held(
        f"{BUCKETS}::test_a_store_that_is_away_is_told_and_waited_for", equal=QUOTED
    ),
    "bucket-missing": Held(
        f"{BUCKETS}::test_a_bucket_that_is_not_there_is_named_and_waited_for", equal=QUOTED
    ),
    "bucket-refused": ANSWERED,
    "bucket-certificate": Held(
        "tests/backend/runner/test_certificates.py::test_and_so_may_the_object_store",
        equal=QUOTED,
    ),
    "bucket-region": ANSWERED,
    "bucket-answer": ANSWERED,
    "bucket-damaged": Held(
        f"{BUCKETS}::test_what_is_not_what_was_sent_is_no_success", made=CALLED, equal=ONE_SENTENCE
    ),
    "bucket-ended": Held(
        f"{BUCKETS}::test_uploads_that_somebody_ends_over_and_over_are_told",
        made=CALLED,
        equal=ONE_SENTENCE,
    ),
    "media-folder": Held(
        "tests/backend/files/test_media_folder.py::test_an_empty_mount_point_is_noticed",
        made=CALLED,
    ),
    "not-begun": Held("tests/backend/runner/test_live.py::test_what_has_not_begun_is_waited_for"),
    "nothing-recorded": Held(
        "tests/backend/runner/test_live.py::test_nothing_recorded_and_no_stream_are_told",
        also="tests/backend/runner/test_live.py::test_what_has_not_begun_is_waited_for",
    ),
    "stalled": Held(
        "tests/backend/runner/test_stalls.py::test_a_source_that_drips_is_given_up",
        ANOTHER,
        ANOTHER,
    ),
    "too-large": Held(
        f"{FAILURES}::test_what_takes_more_memory_than_a_download_may_use",
        ANOTHER,
        ANOTHER,
        also="tests/backend/runner/test_limits.py"
        "::test_what_takes_more_fails_and_the_programs_that_it_starts_have_their_own_limit",
        made=CALLED,
    ),
}


def _download(cells: list[str]) -> Held:
    kind = cells[0]
    if kind in OTHER_DOWNLOADS:
        return OTHER_DOWNLOADS[kind]
    if kind in ADVISED:
        return Held(SAID, also=BRINGS)
    return Held(SAID, ANOTHER, ANOTHER)


TABLES = (
    Table("A page says that a service is not available right now", _crash),
    Table("`make doctor p=web` names one cause", _doctor),
    Table(
        "`make dev` stops before anything runs",
        lambda cells: replace(OTHER_STARTS.get(cells[0].strip("`"), STARTS), equal=QUOTED),
    ),
    Table(
        "The backend says that its database or its folder cannot be used",
        lambda cells: replace(DATABASE[cells[0].strip("`")], equal=QUOTED),
    ),
    Table("A download failed", _download),
)
