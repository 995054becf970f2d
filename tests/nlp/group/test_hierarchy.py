import numpy as np

from nlp.embed.vectors import unit
from nlp.group import hierarchy


def test_themes_of_one_service_are_those_that_its_issues_fall_into() -> None:
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(5), [9, 7, 6, 5, 3])
    issues = unit((rng.normal(size=(5, 24))[truth] + 0.4 * rng.normal(size=(30, 24))).astype(np.float32))
    themes = hierarchy.broad(issues)
    assert len({(one, other) for one, other in zip(truth.tolist(), themes.tolist(), strict=True)}) == 5


def test_no_theme_holds_nearly_all_where_one_issue_stands_by_itself() -> None:
    rng = np.random.default_rng(0)
    issues = unit((np.ones(24) + rng.normal(size=(60, 24))).astype(np.float32))
    issues[-1] = unit(-issues[:-1].mean(axis=0))
    assert np.bincount(hierarchy.broad(issues)).max() < 30


def test_statements_are_read_broad_by_the_themes_of_their_topics_and_who_is_in_none_stays_out() -> None:
    rng = np.random.default_rng(0)
    theme, topic = np.repeat(np.arange(3), 20), np.repeat(np.arange(12), 5)
    middles = (rng.normal(size=(3, 24))[np.arange(12) // 4] + 0.3 * rng.normal(size=(12, 24))).astype(np.float32)
    said = unit((middles[topic] + 0.05 * rng.normal(size=(60, 24))).astype(np.float32))
    labels = topic.astype(np.int32)
    labels[[0, 59]] = -1
    found = hierarchy.broadened(said, labels)
    assert found[0] == found[59] == -1
    assert len({(one, other) for one, other in zip(theme[1:59].tolist(), found[1:59].tolist(), strict=True)}) == 3
    assert hierarchy.broadened(said, np.full(60, -1, np.int32)).max() == -1
