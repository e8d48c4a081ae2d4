"""The last line of `make smoke` names what failed and what was left out."""

import httpx
import pytest

from scripts.smoke.tools import FailedError, LeftOutError, require_reachable
from scripts.smoke.verdict import Verdict, judge


def passes(_: str) -> str:
    return "fine"


def breaks(_: str) -> str:
    raise FailedError("the file differs")


def skips(_: str) -> str:
    raise LeftOutError("not allowed here")


def finds_nobody(_: str) -> str:
    raise httpx.ConnectError("Connection refused")


def verdict(*checks: object) -> Verdict:
    result = Verdict()
    for check in checks:
        result.add(judge(check, "the stack"))  # type: ignore[arg-type] # each is a check
    return result


def test_all_passed() -> None:
    assert verdict(passes, passes).summary() == "2 of 2 checks passed"
    assert verdict(passes).failed == []


def test_what_failed_is_named_last() -> None:
    result = verdict(passes, breaks, skips)
    assert result.summary() == "1 of 3 checks passed; left out: skips; failed: breaks"
    assert result.failed == ["breaks"]


def test_what_was_left_out_is_no_failure() -> None:
    assert verdict(passes, skips).failed == []


def test_a_single_service_that_does_not_answer_is_named_like_any_failure() -> None:
    assert verdict(passes, finds_nobody).summary() == "1 of 2 checks passed; failed: finds nobody"


def test_where_nothing_answers_the_command_that_starts_it_is_named() -> None:
    result = verdict(finds_nobody, finds_nobody)
    assert result.summary().endswith("Start it: make dev")
    assert len(result.failed) == 2


def test_only_a_refused_address_leaves_the_download_out() -> None:
    with pytest.raises(LeftOutError, match="ALLOW_HOSTS=127"):
        require_reachable({"kind": "address-refused"})
    require_reachable({"kind": "connection"})
    require_reachable(None)


def test_every_result_has_its_line() -> None:
    line = Verdict().add(judge(breaks, "the stack"))
    assert line.startswith("FAIL      breaks: the file differs (0.")
