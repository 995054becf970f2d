"""Made-up statements as vectors: each issue is a direction of its own, each statement lies near one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.group import partition, topics

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]

ISSUES, SIZE, DIMENSIONS = 6, 40, 48


def unit(vectors: Floats) -> Floats:
    rows: Floats = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return rows


def stratum(size: int = SIZE, seed: int = 1) -> tuple[Floats, list[str], Labels]:
    directions = unit(np.random.default_rng(0).normal(size=(ISSUES, DIMENSIONS)).astype(np.float32))
    issues = np.repeat(np.arange(ISSUES, dtype=np.int32), size)
    noise = np.random.default_rng(seed).normal(size=(len(issues), DIMENSIONS)) * 0.07
    words = ["badge", "bin", "parking", "school", "library", "pothole"]
    texts = [f"the {words[issue]} was late on day {number}" for number, issue in enumerate(issues)]
    return unit((directions[issues] + noise).astype(np.float32)), texts, issues


def labels_of(
    vectors: Floats,
    texts: list[str],
    start: Labels | None = None,
    must: list[tuple[int, int]] | None = None,
    cannot: list[tuple[int, int]] | None = None,
) -> Labels:
    return topics.fit(vectors, texts, start=start, must_link=must or [], cannot_link=cannot or []).labels


def chain(members: NDArray[np.int64]) -> list[tuple[int, int]]:
    return list(zip(members[:-1].tolist(), members[1:].tolist(), strict=True))


def same_groups(one: Labels, other: Labels) -> bool:
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def test_issues_are_found_without_being_told_how_many() -> None:
    vectors, texts, issues = stratum()
    assert same_groups(labels_of(vectors, texts), issues)


def test_an_issue_that_must_last_is_parted_from_a_wider_group_with_those_who_say_the_same() -> None:
    vectors, _, issues = stratum()
    bins, lids = np.flatnonzero(issues == 0), np.flatnonzero(issues == 1)[:12]
    vectors = vectors[[*bins, *lids]]
    found, noticed = np.zeros(52, np.int32), np.full(52, -1, np.int32)
    noticed[40:48] = 0  # when eight of the twelve had come
    free = np.ones(52, bool)
    parted = partition.stand_apart(vectors, found, noticed, [0], free)
    assert parted.tolist() == [0] * 40 + [1] * 12
    free[50] = False  # somebody said where it belongs
    assert partition.stand_apart(vectors, found, noticed, [0], free).tolist() == [0] * 40 + [1] * 10 + [0, 1]


def test_an_issue_that_must_last_is_not_parted_from_those_who_say_the_same_less_alike() -> None:
    vectors, _, issues = stratum()
    vectors = vectors[np.flatnonzero(issues == 0)[:30]]
    vectors[8:] = unit(vectors[8:] + 4 * np.random.default_rng(2).normal(size=(22, DIMENSIONS)) / DIMENSIONS**0.5)
    noticed = np.where(np.arange(30) < 8, 0, -1).astype(np.int32)
    found = np.zeros(30, np.int32)
    assert partition.stand_apart(vectors, found, noticed, [0], np.ones(30, bool)).tolist() == [0] * 30


def test_an_issue_that_must_last_takes_along_those_of_another_language_who_are_nearer_to_it() -> None:
    """Who is mapped from another encoder's space is nearest to others such, whatever they say."""
    vectors, _, issues = stratum()
    bins, lids = np.flatnonzero(issues == 0)[:30], np.flatnonzero(issues == 1)[:12]
    theirs = vectors[[*bins[:6], *lids[:6]]]
    between = (vectors[bins].mean(axis=0) - vectors[lids].mean(axis=0)).astype(np.float32)
    away = vectors[-1] - (vectors[-1] @ between) / (between @ between) * between
    vectors = np.concatenate([vectors[[*bins, *lids]], unit(0.4 * theirs + away)])
    noticed = np.full(54, -1, np.int32)
    noticed[30:38] = 0
    mapped = np.arange(54) >= 42
    parted = partition.stand_apart(vectors, np.zeros(54, np.int32), noticed, [0], np.ones(54, bool), mapped)
    assert parted.tolist() == [0] * 30 + [1] * 12 + [0] * 6 + [1] * 6
    theirs_alone = np.where(np.arange(54) >= 48, 0, -1).astype(np.int32)
    parted = partition.stand_apart(vectors, np.zeros(54, np.int32), theirs_alone, [0], np.ones(54, bool), mapped)
    assert parted[:30].tolist() == [0] * 30 and parted[48:].tolist() == [1] * 6


def test_an_issue_that_must_last_takes_in_a_group_that_is_nearly_all_its_own() -> None:
    vectors, _, issues = stratum()
    start = np.where(np.arange(len(issues)) % 10 < 8, issues, -1).astype(np.int32)
    everyone = np.ones(len(issues), bool)
    assert same_groups(partition.stand_apart(vectors, issues, start, [0, 3], everyone), issues)


def test_a_refit_of_the_same_statements_changes_nothing() -> None:
    vectors, texts, _ = stratum()
    first = labels_of(vectors, texts)
    again = first
    for _ in range(3):
        again = labels_of(vectors, texts, start=again)
    assert same_groups(first, again)


def test_new_statements_join_and_nobody_moves_for_them() -> None:
    vectors, texts, issues = stratum()
    known = np.arange(len(texts)) % 10 != 0
    start = np.where(known, issues, -1).astype(np.int32)
    assert same_groups(labels_of(vectors, texts, start=start), issues)


def test_a_merge_by_a_person_survives_refits() -> None:
    vectors, texts, issues = stratum()
    together = chain(np.flatnonzero(np.isin(issues, (0, 1))))
    labels: Labels | None = None
    for _ in range(4):
        labels = labels_of(vectors, texts, start=labels, must=together)
        assert len(set(labels[np.isin(issues, (0, 1))].tolist())) == 1
        assert len(set(labels.tolist())) == ISSUES - 1


def test_a_split_by_a_person_survives_refits() -> None:
    vectors, texts, issues = stratum()
    mine = np.flatnonzero(issues == 2)
    left, right = mine[::2], mine[1::2]
    labels: Labels | None = None
    for _ in range(3):
        labels = labels_of(
            vectors, texts, start=labels, must=chain(left) + chain(right), cannot=[(int(left[0]), int(right[0]))]
        )
        assert len(set(labels[left].tolist())) == len(set(labels[right].tolist())) == 1
        assert labels[left[0]] != labels[right[0]]


def test_a_statement_that_was_moved_stays_where_it_was_put() -> None:
    vectors, texts, issues = stratum()
    stray, home = int(np.flatnonzero(issues == 3)[0]), np.flatnonzero(issues == 4)
    labels = labels_of(vectors, texts, must=[*chain(home), (stray, int(home[0]))])
    assert labels[stray] == labels[home[0]]


def test_what_resembles_nothing_stays_out() -> None:
    vectors, texts, issues = stratum()
    alone = unit(np.random.default_rng(9).normal(size=(4, DIMENSIONS)).astype(np.float32))
    labels = labels_of(np.concatenate([vectors, alone]), [*texts, "one", "two", "three", "four"])
    assert (labels[-4:] == -1).all()
    assert (labels[: len(issues)] >= 0).mean() > 0.95


def test_copies_of_one_text_are_one_topic() -> None:
    vectors, texts, _ = stratum()
    flood = np.repeat(vectors[:1], 200, axis=0)
    labels = labels_of(np.concatenate([vectors, flood]), texts + [texts[0]] * 200)
    assert set(labels[-200:].tolist()) == {int(labels[0])}


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5])
def test_a_handful_of_statements_is_fitted_too(number: int) -> None:
    vectors, texts, _ = stratum()
    found = topics.fit(vectors[:number], texts[:number])
    assert len(found.labels) == number


def test_every_topic_tells_its_members_title_and_quotes() -> None:
    vectors, texts, _ = stratum()
    found = topics.fit(vectors, texts)
    assert len({topic.title for topic in found.topics}) == len(found.topics)
    for number, topic in enumerate(found.topics):
        assert (found.labels[topic.members] == number).all()
        assert 3 <= len(topic.quotes) <= 5
        assert set(topic.quotes) <= set(topic.members.tolist())


def test_a_statement_joins_the_topic_whose_spread_it_lies_in() -> None:
    vectors, texts, _ = stratum()
    found = topics.fit(vectors, texts)
    centroids = np.array([topic.centroid for topic in found.topics])
    radii = np.array([topic.radius for topic in found.topics], np.float32)
    more, _, issues = stratum(size=5, seed=7)
    chosen, sure = topics.join(more, centroids, radii)
    assert ((chosen >= 0) == (sure > 0)).all()
    assert (chosen >= 0).mean() > 0.8
    for number in range(ISSUES):
        assert len(set(chosen[(issues == number) & (chosen >= 0)].tolist())) <= 1
    assert topics.join(-centroids[:1], centroids, radii)[0].tolist() == [-1]


def test_without_topics_nothing_joins() -> None:
    vectors, _, _ = stratum()
    chosen, sure = topics.join(vectors, np.zeros((0, DIMENSIONS), np.float32), np.zeros(0, np.float32))
    assert (chosen == -1).all() and not sure.any()


@pytest.mark.parametrize("text", ["[NAME]", "shwmae", "[NAME] [NAME] shwmae", "£"])
def test_statements_that_share_one_word_or_none_are_a_topic_without_keywords_to_tell_it_by(text: str) -> None:
    vectors, _, _ = stratum()
    found = topics.fit(vectors[: 2 * SIZE], [f"{text}{' ' * number}" for number in range(2 * SIZE)])
    assert [len(topic.members) for topic in found.topics] == [SIZE, SIZE]
    assert all(len(topic.keywords) <= 1 for topic in found.topics)


def test_a_topic_goes_on_from_that_with_which_it_shares_half_of_both() -> None:
    before = np.array([0] * 10 + [1] * 10 + [2] * 4 + [-1] * 16, np.int32)
    labels = np.array([0] * 10 + [1] * 6 + [2] * 4 + [3] * 20, np.int32)
    assert topics.continued(labels, before).tolist() == [True, True, False, False]


def test_only_topics_that_do_not_go_on_are_named() -> None:
    vectors, texts, _ = stratum()
    labels = labels_of(vectors, texts)
    named = topics.describe(vectors, texts, labels)
    titled = np.where(named.labels == 0, -1, named.labels)
    again = topics.describe(vectors, texts, named.labels, titled=titled)
    assert again.topics[0].title == named.topics[0].title
    assert all(other.title.lower() in texts for other in again.topics[1:])
    assert [topic.titled for topic in again.topics] == [False] + [True] * (len(named.topics) - 1)
