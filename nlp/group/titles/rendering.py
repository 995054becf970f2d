"""A clause as a title: without who speaks, articles and asides; none where something is torn that belonged together."""

from __future__ import annotations

import re
from typing import Any

from nlp.group.titles.clauses import COMPLEMENTS, SPEAKER, SUBJECTS, Clause, finite, is_particle
from nlp.group.titles.parts import HIDDEN
from nlp.group.titles.words import is_in, small

LONGEST_WORDS, LONGEST_CHARACTERS = 15, 84
"""What can be read at a glance, and fits in a line."""

_HELPERS = {"have", "has", "had", "am", "'m", "'ve", "are", "'re", "was", "were", "been", "be", "is", "'s"}
_ARTICLES = {"the", "a", "an", "my", "our", "your"}
_OPEN_TAGS = {"IN", "TO", "CC", "DT", "PRP$", "WDT", "WP"}
_OPEN_WORDS = {
    *(
        "is",
        "are",
        "was",
        "were",
        "be",
        "am",
        "'s",
        "'re",
        "that",
        "than",
        "as",
        "if",
        "when",
        "because",
        "have",
        "has",
        "had",
    ),
    *(
        "my",
        "your",
        "very",
        "so",
        "no",
        "not",
        "like",
        "will",
        "would",
        "can",
        "could",
        "should",
        "said",
        "say",
        "'ve",
        "get",
        "got",
        "take",
    ),
}
_OPENING = {
    "of",
    "than",
    "that",
    "and",
    "but",
    "or",
    "nor",
    "by",
    "with",
    "from",
    "into",
    "which",
    "who",
    "whom",
    "such",
    "also",
    "so",
}
_EMPTY_VERBS = {
    "be",
    "have",
    "has",
    "had",
    "say",
    "said",
    "take",
    "took",
    "get",
    "got",
    "go",
    "went",
    "is",
    "are",
    "was",
    "were",
    "make",
    "made",
    "put",
    "keep",
    "give",
    "gave",
}
_DENYING = {"no", "never", "nothing", "nobody", "none", "neither", "nor", "nowhere", "hardly"}
_NEEDED = COMPLEMENTS | {"auxpass", "poss", "compound", "nummod"}
_MARKS = re.compile(r"[\[\]{}<>@|*#:\\/_=]|\.\.")


def fits(text: str) -> bool:
    """Tell whether a text is as long as a title may be."""
    return 2 <= len(text.split()) <= LONGEST_WORDS and len(text) <= LONGEST_CHARACTERS


def rendered(clause: Clause) -> str | None:
    """Write the clause as people would: None where it is broken, empty, too short or too long to be a title."""
    tokens = _without_speaker(clause)
    while tokens and (tokens[0].is_punct or (tokens[0].lower_ in _ARTICLES and tokens[0].tag_ in {"DT", "PRP$"})):
        tokens = tokens[1:]
    if not tokens or _torn(clause, tokens) or _hanging(tokens):
        return None
    text = _written(clause, tokens)
    return text if _readable(text) else None


def _without_speaker(clause: Clause) -> list[Any]:
    """ "I have not received" is "not received"; "I am blind" keeps its I, and so does "I pay" and "I'm a carer"."""
    tokens = clause.tokens
    while tokens and tokens[0].dep_ in {"cc", "mark"} and tokens[0].lower_ != "to":
        tokens = tokens[1:]
    if len(tokens) < 3 or tokens[0].lower_ not in SPEAKER or tokens[0].dep_ not in {"nsubj", "nsubjpass"}:
        return tokens
    second = tokens[1]
    if second.lower_ in {
        "have",
        "'ve",
        "had",
        "'d",
        "am",
        "'m",
        "been",
        "was",
        "were",
        "are",
        "'re",
    } and second.dep_ in {"aux", "auxpass"}:
        rest = tokens[2:]
        if rest and rest[0].lower_ == "had":
            return tokens  # "had the letter" asks for more
        return rest[1:] if rest and rest[0].lower_ == "been" else rest
    if second.tag_ in {"VBD", "MD"} and second.lower_ not in {"was", "were", "had", "will", "'d", "would", "'ll"}:
        return tokens[1:]
    if second.lower_ in {"do", "did", "ca", "could", "wo", "can"} and second.dep_ == "aux":
        return tokens[1:]
    return tokens[1:] if second.lower_ in {"need", "want", "wish"} else tokens


def _torn(clause: Clause, tokens: list[Any]) -> bool:
    """A denial is lost, or what a word cannot be without."""
    places = {token.i for token in tokens}
    speaking = {it.i for it in clause.head.children if it.dep_ in {"nsubj", "aux", "auxpass"}}
    for token in tokens:
        if HIDDEN in token.text:
            return True
        for child in token.children:
            if child.i in places:
                continue
            if HIDDEN in child.text and child.dep_ not in {"npadvmod", "punct"}:
                return True
            if child.dep_ == "neg" or child.lower_ in _DENYING or _limits(child):
                return True
            before = child.dep_ == "ccomp" and child.i < token.i  # another sentence, which a comma alone parts
            needed = child.dep_ in _NEEDED and not child.is_punct and child.lower_ not in _ARTICLES and not before
            measured = child.dep_ == "npadvmod" and token.tag_[:2] in {"JJ", "RB", "IN"}
            if measured or (needed and child.i not in speaking):
                return True
        if token.lower_ in _EMPTY_VERBS and token.tag_[:2] == "VB" and token.dep_ not in {"aux", "auxpass"}:
            had = [it for it in token.rights if not it.is_punct and it.dep_ not in {"cc", "conj"}]
            if had and not any(it.i in places for it in had):
                return True
    return _list_lost(tokens)


def _limits(token: Any) -> bool:
    """What says how far it goes: "not just another patient", "only up to the bridge", "our side and not yours"."""
    if token.dep_ in {"prep", "npadvmod"}:
        return any(it.lower_ in {"only", "not"} for it in token.subtree)
    return token.lower_ in {"just", "only", "merely", "simply"} and token.i > 0 and token.nbor(-1).dep_ == "neg"


def _list_lost(tokens: list[Any]) -> bool:
    """One of a list stands beside another, and the joint between them is gone."""
    places = {token.i for token in tokens}
    for token in tokens:
        if token.dep_ == "conj" and token.head.i in places and token.tag_[:2] not in {"VB", "MD"}:
            joints = [it for it in token.head.children if token.head.i < it.i < token.i and it.dep_ == "cc"]
            if any(it.i not in places for it in joints):
                return True
    return False


def _hanging(tokens: list[Any]) -> bool:
    last, first = tokens[-1], tokens[0]
    if last.tag_[:2] == "NN" and last.i + 1 < len(last.doc) and HIDDEN in last.nbor().text:
        return True  # "date of birth [hidden]": the noun tells what was hidden
    if last.tag_ in _OPEN_TAGS or last.lower_ in _OPEN_WORDS:
        stranded = (
            last.tag_ == "IN"
            and last.dep_ == "prep"
            and not list(last.children)
            and last.head.dep_ in {"relcl", "xcomp", "acl"}
        )
        return not (last.dep_ == "prt" or stranded or is_particle(last))
    return first.lower_ in _OPENING or first.dep_ == "relcl" or (first.lower_.startswith("'") or first.lower_ == "n't")


def _written(clause: Clause, tokens: list[Any]) -> str:
    """With the marks that stood between neighbours; a comma where a gap parts two clauses."""
    out: list[str] = []
    for place, token in enumerate(tokens):
        if place:
            before = tokens[place - 1]
            gap = clause.doc[before.i + 1 : token.i]
            if any(it.text in {",", ";", "-", "–"} for it in gap) and (len(gap) == 1 or _begins_clause(token)):
                out.append(", ")
            elif len(gap) or before.whitespace_:
                out.append(" " if not token.text.startswith(("'", "n't")) else "")
        out.append("I" if token.text == "i" and token.tag_ == "PRP" else token.text)
    text = re.sub(r"\s+([,.?!])", r"\1", "".join(out)).replace(" n't", "n't").strip(' ,;-–.!"')
    text = re.sub(r"\b([Cc]a)n't\b", r"\1n't", text)
    return f"{text}?" if _questions(clause, tokens) and not text.endswith("?") else text


def _begins_clause(token: Any) -> bool:
    subjects = (it for it in (token, *token.ancestors) if it.dep_ in SUBJECTS)
    return any(it.left_edge.i == token.i and finite(it.head) for it in subjects)


def _questions(clause: Clause, tokens: list[Any]) -> bool:
    if clause.request:
        return False
    asked = tokens[0].lower_ in {
        "why",
        "how",
        "what",
        "when",
        "where",
        "who",
        "which",
        "is",
        "are",
        "does",
        "do",
        "can",
        "could",
        "will",
        "has",
        "did",
    }
    end = clause.doc[clause.head.right_edge.i : clause.head.right_edge.i + 2]
    return asked and (any("?" in it.text for it in end) or _inverted(clause, tokens))


def _inverted(clause: Clause, tokens: list[Any]) -> bool:
    leads = (it for it in tokens if it.dep_ in {"nsubj", "nsubjpass", "expl"})
    lead = next((it for it in leads if it.head.i == clause.head.i), None)
    verb = next(
        (it for it in tokens if it.i == clause.head.i or (it.dep_ == "aux" and it.head.i == clause.head.i)), None
    )
    return lead is not None and verb is not None and verb.i < lead.i


def _readable(text: str) -> bool:
    if not fits(text) or _MARKS.search(text):
        return False
    content = [word for word in re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*", text.lower()) if word not in small()]
    telling = [word for word in content if not is_in("vague", word) and not is_in("asides", word)]
    return bool(telling) and text.count('"') % 2 == 0 and text.count("(") == text.count(")")
