"""A language model proposes titles over real HTTP, in the format of OpenAI's chat completions."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Issue
from feedback.record.settings import Settings
from insights.grouping import title_proposals
from nlp.group.topics import Topic, TopicTone
from tests.insights.receivers import Received, Receiver
from tests.walking import put, walk
from tests.workers.texts import USUAL, said
from workers.runtime.actor import Worker

TEXTS = ["My badge never came", "Still no badge, says [NAME]", "Bin was missed", "Bins not emptied"]


def topic(title: str, members: Sequence[int], tone: TopicTone = "issue") -> Topic:
    return Topic(np.array(members), np.zeros(4, np.float32), 0.5, title, (), (), tone)


TOPICS = (topic("The badge", [0, 1]), topic("The bin", [2, 3]))


def chat(*titles: object) -> Callable[[Received], tuple[int, dict[str, str], bytes]]:
    """Answers with one title after the other."""
    left = list(titles)

    def answer(_: Received) -> tuple[int, dict[str, str], bytes]:
        message = {"role": "assistant", "content": left.pop(0) if len(left) > 1 else left[0]}
        return 200, {"Content-Type": "application/json"}, json.dumps({"choices": [{"message": message}]}).encode()

    return answer


def asking(hook: Receiver, **more: Any) -> Settings:
    return Settings(titles_url=hook.url.removesuffix("/hook") + "/v1", titles_key="k3y", titles_model="small", **more)


def proposed(settings: Settings, topics: Sequence[Topic] = TOPICS, taken: Sequence[str] = ()) -> list[str]:
    found = title_proposals.propose(settings, topics, TEXTS, [True] * len(topics), taken)
    return [it.title for it in found]


def test_good_proposals_become_titles(hook: Receiver) -> None:
    hook.answers = chat('"badge never arrived."', "Missed bin collections")
    assert proposed(asking(hook)) == ["Badge never arrived", "Missed bin collections"]
    asked = json.loads(hook.got[0].body)
    assert (hook.got[0].path, hook.got[0].headers["authorization"]) == ("/v1/chat/completions", "Bearer k3y")
    assert asked["model"] == "small" and TEXTS[1] in asked["messages"][1]["content"]
    assert not any(text in asked["messages"][1]["content"] for text in TEXTS[2:])


@pytest.mark.parametrize(
    "title",
    ["Badge", "", " ".join(["word"] * 16), "Badge of [NAME]", "See https://a.example now"],
)
def test_what_breaks_the_rules_is_no_title(hook: Receiver, title: str) -> None:
    hook.answers = chat(title)
    assert proposed(asking(hook)) == ["The badge", "The bin"]


def test_no_title_is_given_twice(hook: Receiver) -> None:
    hook.answers = chat("Late badges")
    assert proposed(asking(hook)) == ["Late badges", "The bin"]
    assert proposed(asking(hook), taken=["Late badge"]) == ["The badge", "The bin"]


@pytest.mark.parametrize(
    "answer", [(500, {}, b""), (200, {}, b"<html>"), (200, {}, b'{"choices": []}'), (200, {}, b"7")]
)
def test_who_does_not_answer_well_changes_nothing(hook: Receiver, answer: tuple[int, dict[str, str], bytes]) -> None:
    hook.answers = lambda _: answer
    assert proposed(asking(hook)) == ["The badge", "The bin"] and len(hook.got) == 1


def test_nobody_is_asked_unless_a_setting_says_so_nor_about_praise_and_known_issues(hook: Receiver) -> None:
    assert proposed(Settings()) == ["The badge", "The bin"]
    praise = replace(TOPICS[0], tone="praise")
    title_proposals.propose(asking(hook), [praise, TOPICS[1]], TEXTS, [True, False], ())
    assert not hook.got


def test_new_issues_bear_proposed_titles_and_keep_them(worker: Worker, blue_badge: str, hook: Receiver) -> None:
    hook.answers = chat(*(f"Trouble of the kind {word}" for word in ("one", "two", "three", "four", "five", "six")))
    worker = replace(worker, record=Record(asking(hook, data=worker.record.settings.data), worker.record.engine))
    put(worker, *said(USUAL, 60))
    walk(worker)
    with worker.record.transaction() as session:
        titled = set(session.scalars(select(Issue.title)))
    assert any(title.startswith("Trouble of the kind") for title in titled)
    asked = len(hook.got)
    put(worker, *said(USUAL, 30, skip=60))
    walk(worker)
    with worker.record.transaction() as session:
        assert titled <= set(session.scalars(select(Issue.title)))
    assert len(hook.got) - asked < asked
