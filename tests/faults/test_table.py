"""The report of the faults' tests as the table that is printed."""

from pathlib import Path

from scripts.faults.table import document, read, render

REPORT = """<?xml version="1.0"?>
<testsuites><testsuite>
<testcase classname="tests.a" name="kills"><properties>
<property name="fault" value="F10"/><property name="ms" value="40.2"/></properties></testcase>
<testcase classname="tests.a" name="kills[web]"><properties>
<property name="fault" value="F1"/><property name="refused" value="0"/>
<property name="ms" value="10"/></properties></testcase>
<testcase classname="tests.a" name="kills[api]"><properties>
<property name="fault" value="F1"/><property name="refused" value="3"/>
<property name="ms" value="30"/></properties><failure message="m">assert 3 == 0</failure></testcase>
<testcase classname="tests.a" name="skipped"><properties>
<property name="fault" value="F2"/></properties><skipped/></testcase>
<testcase classname="tests.a" name="no row"/>
</testsuite></testsuites>
"""


def test_rows_are_counted_and_what_failed_or_was_skipped_did_not_pass(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT, encoding="utf-8")
    runs = read(report)
    assert render(runs).splitlines() == [
        "| row | runs | passed | refused | median ms |",
        "| --- | --- | --- | --- | --- |",
        "| F1 | 2 | 1 | 3 | 20 |",
        "| F2 | 1 | 0 | - | - |",
        "| F10 | 1 | 1 | - | 40 |",
    ]
    assert [run.why for run in runs if run.why] == ["assert 3 == 0"]
    assert {run.row for run in read(report, ["F1"])} == {"F1"}


def test_the_document_says_what_failed_and_how_often(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT, encoding="utf-8")
    runs = read(report)

    text = document(runs, "- a machine", times=2, jobs=3)

    assert "Every scenario 2 times, 3 files of tests at a time. 2 of 4 runs failed:\n" in text
    assert "- F1: `tests.a::kills[api]`\n- F2: `tests.a::skipped`\n" in text
    assert render(runs) in text
    assert "All 1 runs passed." in document(read(report, ["F10"]), "- a machine", 1, 1)
