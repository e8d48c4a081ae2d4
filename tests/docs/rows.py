"""Each row of docs/troubleshooting.md and its test: the tables of docs/troubleshooting-rows.md.

A row is *made to happen*, what is then said is *compared* with the page, its fix is *typed* or
done, and what was wrong is *healed*. `make docs` writes the tables; `test_rows.py` demands that
every row is here, that the tests are there, and that what is not done says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.docs import starts
from scripts.docs.databases import troubles
from scripts.docs.downloads import cell

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
IN_A_CLONE = "tests/stack/test_typed_commands.py::test_it_can_be_typed"
"""What the fix installs comes from where packages come from."""
MACHINE = "no: it changes the whole machine; the limit is raised where the test has its own"


PARTLY_CRASHES: Mapping[str, dict[str, str]] = {
    "wrong-version": {"also": IN_A_CLONE},
    "module-missing": {"also": IN_A_CLONE},
    "command-not-found": {"also": IN_A_CLONE},
    "watch-limit": {"typed": MACHINE},
}
"""What is not done of some rows, or which test does the rest."""


def _crash(cells: list[str]) -> Held:
    kind = cells[0]
    file = LIMITS if kind in OF_A_LIMIT else CRASHES
    return Held(f"{file}::{HEALS}", **PARTLY_CRASHES.get(kind, {}))


# --- What the doctor says, and starts that are refused ------------------------------------------

DOCTOR = "tests/stack/test_doctor_rows.py"
DOCTOR_HEALS = "test_what_the_doctor_says_is_what_the_page_shows_and_its_advice_heals"


def _doctor(_: list[str]) -> Held:
    return Held(f"{DOCTOR}::{DOCTOR_HEALS}")


REFUSED = "tests/stack/test_refused_starts.py"
STARTS = Held(
    f"{REFUSED}::test_it_says_what_the_page_shows_and_starts_once_the_advice_was_followed"
)
INSTALLS = "no: it installs packages of the system; what they bring is put there"
IN_A_CONTAINER = (
    "no: it installs packages of the system, which `make docs-run` does in a bare container;"
    " here what they bring is put there"
)
OTHER_STARTS = {
    starts.NO_PYTHON: Held(
        "tests/setup/test_python.py"
        "::test_without_any_the_message_says_what_was_found_and_what_to_type",
        typed=IN_A_CONTAINER,
    ),
    starts.NO_NODE: Held(
        "tests/setup/test_node.py"
        "::test_a_node_that_cannot_be_brought_is_told_and_one_that_is_installed_is_taken",
        typed=INSTALLS,
        made=STAND_IN,
    ),
    starts.INSTALLATION: Held(
        "tests/setup/test_node.py"
        "::test_an_installation_without_a_network_is_told_and_works_with_one"
    ),
    starts.NO_SCREEN: Held(f"{REFUSED}::test_where_there_is_no_screen_the_address_is_named"),
}


def _start(cells: list[str]) -> Held:
    known = {cell(refusal.says): held for refusal, held in OTHER_STARTS.items()}
    return known.get(cells[0], STARTS)


# --- The database -------------------------------------------------------------------------------

ERRORS = "tests/backend/store/test_database_errors.py"
POSTGRES = "tests/backend/engine/test_postgres_faults.py"
LEASE = "tests/backend/engine/test_lease.py"
FOLDERS = "tests/backend/files/test_folders.py"
MADE = Held(
    f"{ERRORS}::test_it_is_told_by_ready_and_by_every_request_and_left_alone_until_it_is_mended"
)
DATABASE: Mapping[str, Held] = {
    "database-locked": MADE,
    "database-worked-on": Held(
        f"{LEASE}::test_a_second_backend_on_one_database_says_so_and_goes_on_when_the_first_leaves"
    ),
    "database-read-only": Held(
        f"{ERRORS}::test_one_that_becomes_read_only_is_told_with_every_file_and_used_again"
        "_once_it_is_mended"
    ),
    "database-damaged": Held(
        MADE.test,
        also=f"{ERRORS}::test_a_damaged_one_is_moved_away_as_the_page_says_and_the_files_stay",
    ),
    "database-newer": MADE,
    "database-full": Held(
        f"{ERRORS}::test_one_on_a_full_disk_is_told_and_grows_once_there_is_room"
    ),
    "database-password": Held(
        f"{POSTGRES}::test_another_password_than_its_own_is_told_and_its_own_opens_it"
    ),
    "database-unusable": Held(
        f"{ERRORS}::test_one_in_a_folder_that_is_not_there_is_told_and_opened_once_it_is"
    ),
    "database-tables": MADE,
    "database-replaced": Held(
        "tests/backend/store/test_database.py::test_nothing_is_committed_once_the_file_is_gone",
        also="tests/backend/store/test_database.py"
        "::test_every_link_that_was_acknowledged_is_there_after_a_restart",
    ),
    "database-standby": Held(
        f"{POSTGRES}::test_a_standby_is_told_and_the_address_of_the_primary_is_the_way_on",
        also=f"{POSTGRES}::test_one_that_only_reads_is_told_and_goes_on_once_it_may_write",
    ),
    "database-busy": Held(
        f"{ERRORS}::test_that_every_connection_is_in_use_is_told_and_nothing_is_wrong_with_the"
        "_database"
    ),
    "database-pooler": Held(f"{POSTGRES}::test_a_pooler_that_shares_sessions_is_noticed_and_said"),
    "folder-of-another": Held(
        f"{FOLDERS}::test_somebody_elses_folder_is_told_with_user_and_command"
    ),
    "folder-unwritable": Held(f"{FOLDERS}::test_a_file_in_its_place_is_told"),
}


def _database(cells: list[str]) -> Held:
    kinds = {cell(trouble.detail): kind for kind, trouble in troubles().items()}
    return DATABASE[kinds[cells[0]]]


# --- Downloads ----------------------------------------------------------------------------------

FAILURES = "tests/backend/runner/test_failure_rows.py"
MENDED = "tests/backend/runner/test_mended_downloads.py"
SAID = f"{FAILURES}::test_what_is_said_is_what_the_page_shows"
BRINGS = f"{FAILURES}::test_what_it_advises_brings_the_file"
NOTHING = "no: there is nothing to do"
STUBBORN = f"{MENDED}::test_what_only_a_site_of_its_own_can_raise_is_told"
COOKIES = Held(f"{FAILURES}::test_cookies_that_others_can_read_and_that_are_none")
MACHINES = Held(f"{FAILURES}::test_a_disk_without_room_and_a_machine_without_ffmpeg")
BUCKETS = "tests/backend/engine/test_bucket.py"
ANOTHER_PLACE = Held(
    f"{BUCKETS}::test_a_store_that_takes_another_key_or_region_is_told_and_that_one_is_taken"
)
ADVISED = {
    *("beyond-end", "broken-off", "conversion", "login-needed", "no-audio", "password-needed"),
    *("incomplete-size", "key-missing", "key-refused", "piece-missing", "range", "rate-limited"),
    *("server-error", "blocked", "gone", "unknown-host", "unsupported", "not-media"),
    *("page-too-large", "unsupported-protocol", "no-pieces"),
    *("not-found", "refused", "redirect-loop"),
}
WITHOUT = {"drm": NOTHING}
"""What a source brings about, and no test heals; why not."""
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
        test="tests/backend/work/test_pool.py::test_what_ended_a_runner_is_told",
        also="tests/backend/engine/test_crash.py::test_downloads_go_on_after_kill_9_and_end_identical",
    ),
    "cut": Held(f"{MENDED}::test_a_clip_that_cannot_be_cut_is_cut_between_other_times"),
    "join": Held(f"{MENDED}::test_a_recording_that_cannot_be_joined_is_kept_and_joined_by_a_retry"),
    "database": Held(
        test=f"{ERRORS}::test_what_the_database_does_not_take_is_tried_again_later_and_not_for_ever",
        also=f"{ERRORS}::test_one_that_becomes_read_only_is_told_with_every_file_and_used_again"
        "_once_it_is_mended",
    ),
    "disk-full": MACHINES,
    "no-ffmpeg": MACHINES,
    "file-gone": Held(
        f"{MENDED}::test_a_file_that_was_taken_away_before_it_was_noted_is_made_again_by_a_retry"
    ),
    "file-too-large": Held(
        "tests/backend/runner/test_bad_sources.py"
        "::test_a_disk_that_takes_no_file_of_that_size_is_named"
    ),
    "folder": Held(
        f"{MENDED}::test_a_folder_that_became_a_file_while_the_download_waited_is_left_for_another"
    ),
    "geo-blocked": Held(STUBBORN),
    "only-pictures": Held(STUBBORN),
    "unexpected": Held(STUBBORN),
    "live-kind": Held(STUBBORN),
    "bucket-unreachable": Held(f"{BUCKETS}::test_a_store_that_is_away_is_told_and_waited_for"),
    "bucket-missing": Held(f"{BUCKETS}::test_a_bucket_that_is_not_there_is_named_and_waited_for"),
    "bucket-refused": ANOTHER_PLACE,
    "bucket-certificate": Held(
        "tests/backend/runner/test_certificates.py::test_and_so_may_the_object_store"
    ),
    "bucket-region": ANOTHER_PLACE,
    "bucket-answer": Held(
        f"{BUCKETS}::test_a_store_that_cannot_do_what_is_needed_is_told_in_its_words_and_tried_again"
    ),
    "bucket-damaged": Held(
        f"{BUCKETS}::test_what_is_not_what_was_sent_is_told_and_sent_again_by_a_retry"
    ),
    "bucket-ended": Held(
        f"{BUCKETS}::test_uploads_that_another_program_ends_are_told_and_begun_again_by_a_retry"
    ),
    "bucket-name-long": Held(
        f"{BUCKETS}::test_a_name_that_no_bucket_takes_fails_and_a_shorter_one_comes"
    ),
    "media-folder": Held(
        "tests/backend/files/test_media_folder.py"
        "::test_downloads_wait_for_a_disk_that_is_not_mounted_and_go_on_as_the_page_says"
    ),
    "not-begun": Held("tests/backend/runner/test_live.py::test_what_has_not_begun_is_waited_for"),
    "nothing-recorded": Held(
        "tests/backend/runner/test_live.py::test_nothing_recorded_and_no_stream_are_told",
        also="tests/backend/runner/test_live.py::test_what_has_not_begun_is_waited_for",
    ),
    "stalled": Held(
        "tests/backend/runner/test_stalls.py::test_a_source_that_drips_is_given_up",
        also="tests/backend/runner/test_stalls.py::test_a_source_that_dripped_is_asked_again_later",
    ),
    "too-large": Held(STUBBORN),
}


def _download(cells: list[str]) -> Held:
    kind = cells[0]
    if kind in OTHER_DOWNLOADS:
        return OTHER_DOWNLOADS[kind]
    if kind in ADVISED:
        return Held(SAID, also=BRINGS)
    return Held(SAID, WITHOUT[kind], WITHOUT[kind])


TABLES = (
    Table("A page says that a service is not available right now", _crash),
    Table("`make doctor p=web` names one cause", _doctor),
    Table(
        "`make dev` stops before anything runs",
        _start,
    ),
    Table(
        "The backend says that its database or its folder cannot be used",
        _database,
    ),
    Table("A download failed", _download),
)
