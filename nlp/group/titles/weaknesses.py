"""What speaks against a title: what is one person's, what leans on words that are not there, what is misshapen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from nlp.clean.recognisers.lexicon import WordKind, word_kind
from nlp.group.titles.clauses import SPEAKER, SUBJECTS, Clause, finite, subject, timed
from nlp.group.titles.usage import Usage
from nlp.group.titles.words import WORD, is_in, small, stems

NAMELESS = 0.18
"""What it costs a title to have no noun of its own."""

_LEANING = {
    "it",
    "that",
    "he",
    "she",
    "this",
    "him",
    "her",
    "one",
    "these",
    "those",
    "which",
    "his",
    "they",
    "them",
    "there",
    "its",
}
_AGE = re.compile(
    r"\b(?:\d+|\w+)[- ]years?[- ]old\b|\b(?:he|she|who)(?:'s| is|'re) \d\d\b|\bat \d\d$"
    r"|(?:is|'s|was|am|'m) \d\d\b(?= and\b|,|$)|\baged? \d"
)
_CODE = re.compile(r"\b(?=\w*\d)(?=\w*[A-Z])\w{3,}\b")
_WHOSE = ("it's about", "it is about", "its about", "this is about")
_DEPENDENT = {"if", "when", "where", "as", "to", "being", "having", "for", "in", "on", "at"}
_JOINTS = {
    "and",
    "but",
    "or",
    "because",
    "when",
    "if",
    "that",
    "so",
    "which",
    "who",
    "after",
    "until",
    "before",
    "while",
    "what",
    "how",
}


def particular(text: str, clause: Clause, usage: Usage) -> float:
    """Tell what is one person's: numbers, months, relatives, ages, names, words that hardly anybody else uses."""
    low = text.lower()
    words = [word.lower() for word in WORD.findall(text)]
    content = [word for word in words if word not in small() and not word[0].isdigit()]
    numbers = len(re.findall(r"[£$]?\d[\d.,]*", text)) + sum(
        is_in("numbers", it) and after not in {"time", "times"} for it, after in pairwise([*words, ""])
    )
    names = [it for it in clause.tokens if it.tag_ in {"NNP", "NNPS"} and it.i and _uncommon(it.lower_, usage, 0.25)]
    family = [it for it in words if is_in("family", it) and _uncommon(it, usage, 0.5)]
    dated = [
        it for it in words if is_in("times", it) and it not in {"second", "may", "march"} and _uncommon(it, usage, 0.4)
    ]
    unknown = [
        it
        for it in content
        if word_kind(it) in (WordKind.UNKNOWN, WordKind.GIVEN, WordKind.FAMILY) and _uncommon(it, usage, 0.1)
    ]
    rare = sum(usage.rare(it) for it in stems(text))
    return (
        0.12 * numbers
        + 0.20 * len(names)
        + 0.12 * len(family)
        + 0.08 * len(dated)
        + 0.15 * sum(is_in("dates", it) and _uncommon(it, usage, 0.4) for it in words)
        + 0.35 * len(unknown)
        + 0.10 * rare
        + (0.3 if _AGE.search(low) else 0.0)
        + (0.25 if _CODE.search(text) else 0.0)
    )


def _uncommon(word: str, usage: Usage, share: float) -> bool:
    return max((usage.share.get(it, 0.0) for it in stems(word)), default=0.0) < share


def nameless(clause: Clause) -> bool:
    """Tell whether it has no noun that says what it is about, and is about something."""
    if (lead := subject(clause.head)) is not None and _of_oneself(clause, lead):
        return False
    return not any(_names(it) for it in clause.tokens)


def _names(token: Any) -> bool:
    return token.tag_[:2] == "NN" and not is_in("vague", token.lower_) and not is_in("family", token.lower_)


def leaning(clause: Clause, told: frozenset[str]) -> float:
    """Tell what leans on words that are not there: it, that, he; no noun of its own."""
    tokens = clause.tokens
    lead = next((it for it in tokens if it.dep_ in SUBJECTS and it.head.i == clause.head.i), None)
    leaning = [it for it in tokens if it.lower_ in _LEANING and it.dep_ not in {"det", "expl", "mark"}]
    cost = 0.06 * len(leaning)
    if lead is not None and lead.lower_ in _LEANING and lead.dep_ != "expl":
        cost += 0.0 if lead.lower_ == "they" else 0.14
    cost += 0.0 if any(_names(it) for it in tokens) else NAMELESS
    cost += {0: 0.4, 1: 0.18}.get(len(told), 0.0)
    if clause.doc.text.lower().startswith(_WHOSE):
        cost += 0.2
    cost += 0.03 * sum(it.lower_ in {"i", "you", "we", "me", "us"} for it in tokens)
    cost += 0.2 if lead is not None and _of_oneself(clause, lead) else 0.0
    if clause.head.tag_[:2] == "NN" and any(it.lower_ in {"i", "he", "she", "they", "we"} for it in tokens):
        cost += 0.3
    return cost


def _of_oneself(clause: Clause, lead: Any) -> bool:
    """What somebody is, has or does, or one of the family: "I pay my taxes", "my wife cannot walk"."""
    head = clause.head
    if clause.request or lead.dep_ != "nsubj":
        return False
    if is_in("family", lead.lower_):
        return True
    obliged = any(it.dep_ in {"xcomp", "ccomp"} for it in head.children)
    able = any(
        it.dep_ == "aux" and (it.tag_ == "MD" or it.lower_ in {"have", "'ve", "am", "'m"}) for it in head.children
    )
    bare = any(it.dep_ == "aux" and it.tag_ == "VBP" for it in head.children) and not any(
        it.dep_ in {"dobj", "prep"} for it in head.children
    )
    return lead.lower_ in SPEAKER and (head.tag_ == "VBP" or bare) and not obliged and not able


def misshapen(text: str, clause: Clause) -> float:
    """Gaps, too many verbs, questions within, too long or too short."""
    words = text.split()
    places = clause.places
    gaps = sum(_gap(clause.doc[before + 1 : after]) for before, after in pairwise(places) if after > before + 1)
    verbs = [it for it in clause.tokens if finite(it) and it.tag_[:2] in {"VB"} and it.dep_ not in {"aux", "auxpass"}]
    joints = sum(it.lower_ in _JOINTS for it in clause.tokens)
    return (
        0.07 * gaps
        + 0.45 * (len(verbs) > joints + 1 or _runs_on(clause.tokens))
        + 0.02 * max(0, len(words) - 7)
        + 0.03 * max(0, len(words) - 10)
        + 0.10 * (len(words) < 3)
        + (0.15 if re.search(r"\betc\b", text.lower()) else 0.0)
        + (0.12 if clause.head.tag_[:2] in {"IN", "RB", "WR", "UH", "DT", "CD"} else 0.0)
        + (0.15 if words[0].lower() in _DEPENDENT and not text.endswith("?") else 0.0)
        + (0.30 if _headless(clause) or _abbreviated(words) else 0.0)
        + (0.20 if _embedded(clause) else 0.0)
        + (0.25 if _unfinished(clause) else 0.0)
    )


def _abbreviated(words: Sequence[str]) -> bool:
    """A letter stands for a word: "X carer"."""
    return any(len(it) == 1 and it.isalpha() and it.lower() not in {"a", "i"} for it in words)


def _embedded(clause: Clause) -> bool:
    """What somebody was asked whether they know, as if it were the question: "how all feels?"."""
    lead = subject(clause.head)
    asks = clause.tokens[0].tag_ in {"WRB", "WP"} and clause.head.dep_ == "ccomp"
    if not asks or lead is None or lead.i == clause.tokens[0].i:
        return False
    return all(lead.i < it.i for it in clause.head.children if it.dep_ == "aux")


def _headless(clause: Clause) -> bool:
    """The second of several things that somebody did, without the first: "told you, and nothing happened"."""
    head = clause.head
    if head.dep_ != "conj" or any(it.dep_ in SUBJECTS for it in head.children):
        return False
    goes_on = any(it.dep_ == "conj" and it.i in clause.places for it in head.children)
    return goes_on and head.head.i not in clause.places and head.tag_ not in {"VB", "NN", "NNS"}


def _unfinished(clause: Clause) -> bool:
    """The last verb lost all that followed it, but for when it was: "why can it not be done [at home]"."""
    last = next((it for it in reversed(clause.tokens) if not it.is_punct), clause.head)
    if last.tag_[:2] != "VB" or last.dep_ in {"aux", "auxpass"}:
        return False
    followed = [it for it in last.rights if not it.is_punct and it.dep_ not in {"cc", "conj", "parataxis", "advcl"}]
    return any(it.i not in clause.places and not timed(it) and not is_in("asides", it.lower_) for it in followed)


def _runs_on(tokens: Sequence[Any]) -> bool:
    """Another sentence begins in the midst of it, and no mark tells: "found a badge where do I hand it in"."""
    leads = [it for it in tokens if it.dep_ in {"nsubj", "nsubjpass"} and it.head.dep_ not in {"relcl", "acl"}]
    asks = tokens[0].tag_ in {"WRB", "WP", "WDT"}
    turned = not asks and any(
        aux.dep_ == "aux" and tokens[0].i < aux.i < lead.i for lead in leads for aux in lead.head.children
    )
    several = [lead for lead in leads if not _joined(lead.head)]
    return turned or len(several) > 1 or any(it.tag_ == "UH" for it in tokens)


def _joined(verb: Any) -> bool:
    """A word joins the clause to the one before."""
    leading = [
        it for it in verb.children if it.i < verb.i and (it.dep_ == "mark" or it.tag_ in {"WDT", "WP", "WRB", "IN"})
    ]
    return (
        bool(leading)
        or (verb.left_edge.i > 0 and verb.doc[verb.left_edge.i - 1].text in {",", ";"})
        or (verb.dep_ in {"ccomp", "xcomp"} and verb.i > verb.head.i)
        or (verb.dep_ == "conj" and any(it.dep_ == "cc" for it in verb.head.children))
    )


def _gap(between: Any) -> bool:
    return any(not it.is_punct and not it.is_space and not is_in("asides", it.lower_) for it in between)
