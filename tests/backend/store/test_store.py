from __future__ import annotations

import contextlib
import sqlite3
import threading
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ids import now
from domain.links import host_of
from domain.problems import DatabaseUnavailableError
from domain.requests import DownloadRequest
from store import breaker, library
from store.migrate import VERSIONS, config
from store.paging import Cursor, title_key
from store.store import Store
from store.tables import downloads, hosts, metadata
from tests.backend.databases import content, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from domain.downloads import Sort
    from store.store import Row


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(tmp_path / "app.db")
    yield made
    made.engine.dispose()


def wish(store: Store, url: str = "https://example.org/a.mp4", **how: object) -> str:
    added: str = store.add([DownloadRequest.model_validate({"url": url} | how)])[0]["id"]
    return added


def claimed(store: Store) -> list[str]:
    found = []
    while row := store.claim("me"):
        found.append(row["id"])
    return found


def test_first_come_first_served(store: Store) -> None:
    items = [wish(store, f"https://h{n}.org/") for n in range(5)]

    assert claimed(store) == items


def test_a_new_one_goes_behind_everything_that_is_not_over(store: Store) -> None:
    first, paused = wish(store), wish(store)
    assert claimed(store) == [first, paused]
    store.act(paused, "pause")
    last = wish(store)
    store.act(paused, "resume")

    assert claimed(store) == [paused, last]


def test_a_moved_one_comes_before_the_other(store: Store) -> None:
    a, b, c, d = (wish(store, f"https://{n}.org/") for n in "abcd")

    store.move(d, a)
    store.move(b, None)

    assert claimed(store) == [d, a, c, b]


@pytest.mark.long
@settings(max_examples=20)  # each opens a database
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5)), max_size=30))
def test_any_series_of_moves_gives_the_order_that_a_list_would(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[int, int | None]]
) -> None:
    store = opened(tmp_path_factory.mktemp("moves") / "app.db")
    items = [wish(store, f"https://h{n}.org/") for n in range(6)]
    order = list(items)
    for place, before in moves:
        item, target = items[place], None if before is None else items[before]
        if item == target:
            continue
        assert store.move(item, target)
        order.remove(item)
        order.insert(len(order) if target is None else order.index(target), item)

    assert claimed(store) == order
    store.engine.dispose()


def test_one_that_is_moved_comes_right_before_the_other_although_two_have_one_place(
    store: Store,
) -> None:
    """Two backends may add at the same moment, and come to the same end of the queue."""
    a, b, c = (wish(store, f"https://{n}.org/") for n in "abc")
    with store.engine.begin() as connection:
        same = downloads.c.id.in_([a, b])
        connection.execute(downloads.update().where(same).values(position=1))

    store.move(c, b)

    assert claimed(store) == [a, c, b]


def test_what_is_paused_keeps_its_place_when_the_queue_gets_new_numbers(store: Store) -> None:
    before = [wish(store) for _ in range(50)]
    first, paused, one, other, last = (wish(store, f"https://{n}.org/") for n in "abcde")
    for item in before:
        store.delete(item)
    store.act(paused, "pause")
    for turn in range(200):  # each halves what is left between two places
        store.move(other if turn % 2 else one, last)

    store.act(paused, "resume")

    order = claimed(store)
    assert (order[:2], set(order[2:4]), order[4:]) == ([first, paused], {one, other}, [last])


def test_moving_to_the_same_place_again_and_again_never_runs_out_of_room(store: Store) -> None:
    items = [wish(store, f"https://h{n}.org/") for n in range(3)]
    for turn in range(200):
        store.move(items[1 + turn % 2], items[2 - turn % 2])

    assert set(claimed(store)) == set(items)


def test_two_threads_never_claim_the_same(store: Store) -> None:
    items = [wish(store, f"https://h{n}.org/") for n in range(40)]
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.extend(claimed(store))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == sorted(items)


def test_what_an_earlier_start_reports_is_dropped(store: Store) -> None:
    item = wish(store)
    first = store.claim("me")
    store.act(item, "pause")
    store.act(item, "resume")
    second = store.claim("me")

    assert first
    assert second
    assert store.report(item, first["run"], title="old") is None
    assert store.report(item, second["run"], title="new")
    row = store.get(item)
    assert row
    assert row["title"] == "new"


def test_the_migrations_make_the_tables_that_the_program_means(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/app.db")
    found = sa.inspect(store.engine)
    for table in metadata.tables.values():
        columns = {column["name"]: column for column in found.get_columns(table.name)}
        assert set(columns) == set(table.columns.keys())
        for column in table.columns:
            assert columns[column.name]["nullable"] == column.nullable, column
        assert {i["name"] for i in found.get_indexes(table.name) if not i.get("unique")} == {
            index.name for index in table.indexes
        }
    store.engine.dispose()


def test_opening_again_changes_nothing(store: Store) -> None:
    item = wish(store)
    again = Store(str(store.engine.url))

    row = again.get(item)
    assert row
    assert row["url"]
    again.engine.dispose()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("newer", r"written by a newer version.*9999.*Update the program"),
        ("corrupt", r"damaged.*kept as it is"),
        ("folder", r"cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_and_kept(
    tmp_path: Path, damage: str, sentence: str
) -> None:
    file = tmp_path / "app.db"
    if damage == "newer":
        Store(f"sqlite:///{file}").engine.dispose()
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.close()
    elif damage == "corrupt":
        file.write_bytes(b"this is no database, it is a poem" * 100)
    else:
        file = tmp_path / "missing" / "app.db"
    before = file.read_bytes() if file.exists() else None

    with pytest.raises(DatabaseUnavailableError, match=sentence) as told:
        Store(f"sqlite:///{file}")

    assert str(file) in str(told.value)
    assert (file.read_bytes() if file.exists() else None) == before


def test_a_wish_like_another_is_found_unless_it_came_to_nothing(store: Store) -> None:
    url, how = "https://example.org/a", {"format": "mp3", "embed": ["metadata"]}
    item = wish(store, url, **how)
    same = DownloadRequest.model_validate({"url": url} | how)

    known = library.find_duplicate(store, same)
    assert known
    assert known["id"] == item
    assert library.find_duplicate(store, same.model_copy(update={"embed": []})) is None
    store.act(item, "cancel")
    assert library.find_duplicate(store, same) is None


def test_a_wish_for_the_same_medium_by_another_link_is_found(store: Store) -> None:
    item, other = wish(store, "https://short.org/1"), wish(store, "https://other.org/")
    row = store.claim("me")
    assert row
    store.report(item, row["run"], media_key="Site:1", state="done")
    by_key = DownloadRequest(url="https://long.org/watch?v=1")

    def found(request: DownloadRequest, key: str | None = None) -> str | None:
        row = library.find_duplicate(store, request, key)
        return row["id"] if row else None

    assert found(by_key, "Site:1") == item
    assert found(by_key, "Site:2") is None
    assert found(by_key) is None, "nobody knows yet where it leads"
    assert found(by_key.model_copy(update={"format": "mp3"}), "Site:1") is None
    assert [row["id"] for row in library.of_medium(store, "https://long.org/", "Site:1")] == [item]
    assert [row["id"] for row in library.of_medium(store, "https://other.org/", None)] == [other]

    again = wish(store, "https://long.org/watch?v=1")
    row = next(row for row in iter(lambda: store.claim("me"), None) if row["id"] == again)
    store.report(again, row["run"], media_key="Site:1")
    store.act(again, "cancel")
    assert found(by_key) == item, "an earlier download tells where it leads, even a cancelled one"


def test_search_finds_words_by_their_beginning_whatever_their_accents(store: Store) -> None:
    item = wish(store, "https://videos.example.org/watch?v=1")
    row = store.claim("me")
    assert row
    store.report(item, row["run"], title="Été à Zürich", uploader="Anna_Müller", state="done")

    def found(text: str) -> bool:
        return bool(library.page(store, text=text, limit=5))

    assert all(map(found, ["ete", "zuri", "Zürich été", "müll", "videos exam", "anna"]))
    assert not any(map(found, ["urich", "berlin", "zürich berlin", "***", '"', "berlin OR ete"]))


@settings(max_examples=20)
@given(text=st.text(max_size=60))
def test_no_search_breaks_the_database(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    store = opened(tmp_path_factory.mktemp("search") / "app.db")
    library.page(store, states=["done"], text=text, after=Cursor(0, 5), limit=5)
    store.engine.dispose()


def fill(store: Store, count: int) -> None:
    template = store.get(wish(store))
    assert template
    del template["bytes_key"], template["duration_key"]  # the database computes them
    rows = [
        template
        | {"number": number, "id": f"{number:026d}", "title": f"Holiday number {number}"}
        | {"uploader": f"Person {number % 997}", "state": "done", "url": f"https://e.org/{number}"}
        | {"title_key": title_key(f"Holiday {number % 89}"), "file_bytes": number % 7 * 1000}
        | {"duration": number % 5 / 4 or None, "format": "mp3" if number % 50 == 0 else "mp4"}
        for number in range(2, count)
    ]
    with store.engine.begin() as connection:
        connection.execute(downloads.insert(), rows)


@cache
def _filled(count: int) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "app.db"
        store = opened(file)
        fill(store, count)
        store.engine.dispose()
        return content(file)


@pytest.fixture
def library_of(tmp_path: Path) -> Iterator[Callable[[int], Store]]:
    """A function that opens a library of so many entries, which is the test's own."""
    made: list[Store] = []

    def open_one(count: int) -> Store:
        made.append(opened(tmp_path / "library.db", _filled(count)))
        return made[-1]

    yield open_one
    for store in made:
        store.engine.dispose()


@pytest.mark.long
def test_a_large_library_is_paged_and_searched_in_order(store: Store) -> None:
    fill(store, 8_000)
    page = library.page(store, states=["done"], text="holiday", after=Cursor(0, 4_000), limit=50)
    rare = library.page(store, text="person 99", limit=50)
    plain = library.page(store, states=["done"], limit=50)

    assert [row["number"] for row in page] == list(range(3_999, 3_949, -1))
    assert len(rare) == len(plain) == 50


@pytest.mark.long
def test_a_large_library_is_counted_and_forgotten_a_batch_at_a_time(store: Store) -> None:
    fill(store, 5_000)
    early, late = "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"
    with store.engine.begin() as connection:
        number = downloads.c.number
        of_when = sa.case((number < 4_000, early), else_=late)
        connection.execute(downloads.update().where(number > 1).values(finished=of_when))
    assert library.count(store, states=["done"]) == 4_998
    assert library.count(store, states=["done"], formats=["mp3"]) == 99
    assert library.count(store, text="holiday") == 4_998

    last, seen = 0, 0
    while rows := library.finished_by(store, early, above=last, limit=500):
        last = rows[-1]["number"]
        seen += len(store.delete_many([row["id"] for row in rows]))

    assert seen == 3_998
    assert library.count(store, states=["done"]) == 1_000
    assert library.count(store, text="holiday") == 1_000  # the index of words has kept up


def walk(store: Store, sort: Sort, limit: int = 70, **what: Any) -> Iterator[Row]:  # noqa: ANN401 - page's
    """All pages, one after the other, with cursors as a client has them: as text."""
    after = None
    while rows := library.page(store, sort=sort, after=after, limit=limit, **what):
        yield from rows
        after = Cursor.read(str(Cursor.after(rows[-1], sort)), sort)


EXPECTED: dict[Sort, Callable[[Row], Any]] = {
    "newest": lambda row: -row["number"],
    "oldest": lambda row: row["number"],
    "title": lambda row: (row["title_key"], row["number"]),
    "largest": lambda row: (-(row["file_bytes"] or 0), -row["number"]),
    "longest": lambda row: (-(row["duration"] or 0), -row["number"]),
}


@pytest.mark.parametrize("what", [{}, {"text": "holiday"}, {"formats": ["mp3", "flac"]}], ids=str)
@pytest.mark.parametrize("sort", EXPECTED)
def test_pages_in_any_order_hold_everything_once_although_many_are_equal(
    library_of: Callable[[int], Store], sort: Sort, what: dict[str, Any]
) -> None:
    store = library_of(1_500)
    rows = list(walk(store, sort, states=["done"], **what))

    assert len({row["id"] for row in rows}) == len(rows) == (29 if "formats" in what else 1_498)
    assert rows == sorted(rows, key=EXPECTED[sort])


@pytest.mark.parametrize("sort", EXPECTED)
def test_what_comes_and_goes_between_two_pages_shifts_nothing(
    library_of: Callable[[int], Store], sort: Sort
) -> None:
    store = library_of(300)
    whole = [row["id"] for row in walk(store, sort, states=["done"])]
    seen = library.page(store, sort=sort, states=["done"], limit=100)
    for row in seen:
        store.delete(row["id"])  # the one that the cursor is of, too
    after = Cursor.after(seen[-1], sort)
    following = library.page(store, sort=sort, states=["done"], after=after, limit=100)

    assert [row["id"] for row in following] == whole[100:200]


@pytest.mark.parametrize("sort", EXPECTED)
@pytest.mark.parametrize("formats", [[], ["mp3"]], ids=["all", "audio"])
def test_a_page_is_read_from_an_index_in_any_order(
    library_of: Callable[[int], Store], sort: Sort, formats: list[str]
) -> None:
    store = library_of(2_000)
    asked: list[tuple[str, Any]] = []
    sa.event.listen(
        store.engine,
        "before_cursor_execute",
        lambda _c, _r, statement, values, *_: asked.append((statement, values)),
    )
    seen = library.page(store, sort=sort, states=["done"], formats=formats, limit=10)
    after = Cursor.after(seen[-1], sort)
    library.page(store, sort=sort, states=["done"], formats=formats, after=after, limit=10)
    statement, values = asked[-1]
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()

    steps = [row.detail for row in plan]
    assert any("USING INDEX" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps), steps


def test_titles_are_sorted_as_people_do() -> None:
    titles = [
        "Zebra",
        "“Äpfel” und Birnen",
        "apfel",
        "Episode 10",
        "episode 9",
        "Été",
        "Eta",
        "東京",
    ]
    expected = [
        "apfel",
        "“Äpfel” und Birnen",
        "episode 9",
        "Episode 10",
        "Eta",
        "Été",
        "Zebra",
        "東京",
    ]

    assert sorted(titles, key=title_key) == expected


@pytest.mark.parametrize("sort", EXPECTED)
@given(text=st.text(alphabet="ABCabc019_-", max_size=40))
def test_a_forged_cursor_is_told_from_a_true_one(sort: Sort, text: str) -> None:
    with contextlib.suppress(ValueError):
        Cursor.read(text, sort)


@pytest.mark.parametrize(
    "value", ["x", None, True, -1, 2**63, [1], {}, 1.5, float("nan"), float("inf"), "a\0b"]
)
def test_a_cursor_holds_only_what_the_order_s_column_can(value: Any) -> None:  # noqa: ANN401 - anything
    sorts: list[Sort] = ["title", "largest"]
    for sort in sorts:
        if sort == "title" and value == "x":
            continue
        with pytest.raises(ValueError, match=r"\w+"):
            Cursor.read(str(Cursor(value, 1)), sort)


def test_a_library_of_the_first_version_is_sorted_too(tmp_path: Path) -> None:
    present, file = tmp_path / "present.db", tmp_path / "app.db"
    filled = Store(f"sqlite:///{present}")
    fill(filled, 12)
    filled.engine.dispose()
    first = sa.create_engine(f"sqlite:///{file}")
    with first.begin() as connection:
        command.upgrade(config(connection), "0001")
        connection.exec_driver_sql("ATTACH ? AS present", (str(present),))
        columns = ", ".join(c["name"] for c in sa.inspect(connection).get_columns("downloads"))
        copy = f"INSERT INTO downloads ({columns}) SELECT {columns} FROM present.downloads"  # noqa: S608 - ours
        connection.exec_driver_sql(copy)
    first.dispose()

    store = Store(f"sqlite:///{file}")
    titles = [row["title"] for row in library.page(store, states=["done"], sort="title", limit=20)]
    assert titles == [f"Holiday number {number}" for number in range(2, 12)]
    store.engine.dispose()


def test_the_breaker_opens_after_three_failures_and_holds_back_only_that_host(
    store: Store,
) -> None:
    bad = [wish(store, f"https://bad.org/{n}") for n in range(2)]
    good = wish(store, "https://good.org/")
    for number in range(breaker.FAILURES):
        failed(store, "bad.org", f"elsewhere-{number}")

    assert claimed(store) == [good]
    assert [row["host"] for row in store.blocked_hosts()] == ["bad.org"]

    end_cool_down(store)
    assert claimed(store) == bad[:1], "half-open: one is let through"
    went_well(store, "bad.org")
    assert claimed(store) == bad[1:]


def failed(store: Store, host: str, item: str) -> None:
    with store.engine.begin() as connection:
        breaker.record_failure(connection, host, item)


def went_well(store: Store, host: str) -> None:
    with store.engine.begin() as connection:
        breaker.record_success(connection, host)


def test_the_breaker_is_told_with_the_end_of_a_start_and_of_the_present_one_alone(
    store: Store,
) -> None:
    rows = [store.claim("me") for _ in range(breaker.FAILURES) if wish(store, "https://bad.org/")]
    for row in rows:
        assert row
        assert store.report(row["id"], row["run"] + 1, host_is="ill", state="failed") is None
    assert store.blocked_hosts() == []

    for row in rows:
        assert row
        store.report(row["id"], row["run"], host_is="ill", state="failed")
    assert [row["host"] for row in store.blocked_hosts()] == ["bad.org"]

    end_cool_down(store)
    wish(store, "https://bad.org/")
    trial = store.claim("me")
    assert trial
    store.report(trial["id"], trial["run"], host_is="well", state="done")
    assert store.blocked_hosts() == []


def end_cool_down(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(hosts.update().values(open_until=now(after=-1)))


def test_a_host_is_judged_by_distinct_downloads_and_not_by_the_tries_of_one(store: Store) -> None:
    bad = [wish(store, f"https://some.org/{n}") for n in range(2)]

    for _ in range(10):
        for item in bad:
            failed(store, "some.org", item)

    assert store.blocked_hosts() == []


def test_what_failed_while_its_host_is_well_for_others_is_to_blame_itself(
    store: Store,
) -> None:
    bad = [wish(store, f"https://some.org/{n}") for n in range(breaker.FAILURES)]
    for item in bad:
        failed(store, "some.org", item)
    went_well(store, "some.org")

    for item in bad:
        failed(store, "some.org", item)

    assert store.blocked_hosts() == []


def test_what_has_not_failed_yet_overtakes_what_has_when_a_host_is_tried_again(
    store: Store,
) -> None:
    bad = [wish(store, f"https://some.org/{n}") for n in range(breaker.FAILURES)]
    fresh = wish(store, "https://some.org/fresh")
    for item in bad:
        failed(store, "some.org", item)

    end_cool_down(store)

    assert claimed(store) == [fresh]
    end_cool_down(store)
    assert claimed(store) == bad[:1], "and in the end they have their turn"


def test_a_trial_that_fails_doubles_the_cool_down_and_others_that_fail_then_do_not(
    store: Store,
) -> None:
    items = [wish(store, f"https://some.org/{n}") for n in range(6)]
    for item in items[:5]:  # three open it; two more were under way
        failed(store, "some.org", item)
    assert [row["failures"] for row in store.blocked_hosts()] == [1]

    end_cool_down(store)
    assert claimed(store) == items[5:]
    failed(store, "some.org", items[5])

    assert [row["failures"] for row in store.blocked_hosts()] == [2]


@pytest.mark.parametrize(("openings", "seconds"), [(1, 15), (2, 30), (4, 120), (99, 600)])
def test_the_cool_down_doubles_up_to_ten_minutes(openings: int, seconds: float) -> None:
    assert breaker.cool_down(openings) == seconds


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.ORG/a", "example.org"),
        ("http://example.org:8080/a", "example.org:8080"),
        ("http://[::1]:80/", "::1:80"),
    ],
)
def test_the_host_of_a_link(url: str, host: str) -> None:
    assert host_of(url) == host


def test_versions_are_in_order() -> None:
    assert list(VERSIONS) == [f"{n:04d}" for n in range(1, len(VERSIONS) + 1)]


def test_what_was_added_is_on_the_disk_before_it_is_confirmed(store: Store) -> None:
    levels: list[tuple[str, int]] = []

    def note(_: object, cursor: sqlite3.Cursor, statement: str, *__: object) -> None:
        level = cursor.connection.execute("PRAGMA synchronous").fetchone()[0]
        levels.append((statement.split(maxsplit=1)[0], level))

    sa.event.listen(store.engine, "before_cursor_execute", note)
    item = wish(store, "https://example.org/")
    store.act(item, "pause")

    full, normal = 2, 1
    assert [level for word, level in levels if word == "INSERT"] == [full]
    assert [level for word, level in levels if word == "UPDATE"] == [normal]


@pytest.mark.parametrize(("end", "level"), [("done", 2), ("failed", 1)])
def test_what_is_done_is_on_the_disk_before_its_staging_is_thrown_away(
    store: Store, end: str, level: int
) -> None:
    wish(store, "https://example.org/")
    row = store.claim("me")
    assert row
    levels: list[int] = []

    def note(_: object, cursor: sqlite3.Cursor, statement: str, *__: object) -> None:
        if statement.startswith("UPDATE"):
            levels.append(cursor.connection.execute("PRAGMA synchronous").fetchone()[0])

    sa.event.listen(store.engine, "before_cursor_execute", note)
    store.report(row["id"], row["run"], state=end, finished=row["created"])

    assert levels == [level]


def test_a_new_database_and_what_sqlite_puts_beside_it_are_for_its_owner_only(
    tmp_path: Path,
) -> None:
    store = Store(f"sqlite:///{tmp_path}/new.db")
    wish(store, "https://example.org/")

    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    store.engine.dispose()

    assert modes["new.db-wal"] == 0o600
    assert set(modes.values()) == {0o600}
