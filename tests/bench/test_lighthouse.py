"""Lighthouse's reports are read as what they say."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.bench import lighthouse, page
from scripts.bench.lighthouse import Scores
from scripts.bench.probe import NoAnswerError


def report(**scores: float | None) -> dict[str, Any]:
    """A report with one audit that counts and one that does not, of the same score."""
    given = {name: scores.get(name.replace("-", "_"), 1) for name in lighthouse.CATEGORIES}
    references = {
        name: [{"id": name, "weight": 3}, {"id": "informative", "weight": 0}] for name in given
    }
    return {
        "categories": {
            name: {"score": score, "auditRefs": references[name]} for name, score in given.items()
        },
        "audits": {
            **{name: {"score": score, "title": name.upper()} for name, score in given.items()},
            "informative": {"score": 0, "title": "Not counted"},
        },
    }


def test_scores_are_of_a_hundred_and_name_what_is_not_perfect() -> None:
    scores = lighthouse.scores_of(report(seo=0.9))
    assert scores.of["search engines"] == pytest.approx(90)
    assert scores.of["accessibility"] == pytest.approx(100)
    assert scores.failed == ["seo: SEO"]


def test_a_category_without_a_score_is_no_score() -> None:
    with pytest.raises(NoAnswerError, match="best practices"):
        lighthouse.scores_of(report(best_practices=None))


def test_the_lowest_of_the_four_counts() -> None:
    good = dict.fromkeys(lighthouse.CATEGORIES.values(), 100.0)
    slow = Scores({**good, "performance": 94.0}, ())
    targets = page.lighthouse_targets({"phone": [slow, slow], "desk": [Scores(good, ())]})
    assert [target.reached for target in targets] == [False, True]


def test_what_was_not_measured_was_not_reached() -> None:
    assert [target.reached for target in page.lighthouse_targets({"phone": []})] == [False]
