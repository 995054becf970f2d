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
