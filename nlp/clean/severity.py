"""How bad what is said is for who says it: words and phrases with weights, in a list that people can correct."""

from __future__ import annotations

import re
from functools import cache

from nlp.clean.lookbehind import just_before
from nlp.clean.words import listed

DEFAULT = 0.3
"""Of a statement in which no word of the list occurs: a bare "Parking" is a complaint, though not a loud one."""

GRAVE = 0.7
"""From here on a word of praise beside it makes a harm little smaller, and "nothing" does not take it back."""

ANSWERED_NO = re.compile(
    r"\W*(?:no|none|nope|nothing)(?:\W*$|\s*[,.!;]|\s(?:i|it|it's|i'm|all|everything|the|thank|very|they|was|all|really|not)\b)"
)
CONTENT = re.compile(
    r"\b(?:could|can|would)(?:n't|nt| not|not| never) (?:\w+ ){0,4}?(?:better|more(?! than)|any ?more|enough|improved?"
    r"|bettered|nicer|happier|kinder|fault\w*|improve on)\b|\bcouldn't have\W*$"
    r"|\b(?:no one|nobody|nothing) could (?:\w+ ){0,3}(?:better|more)\b"
    r"|\bnever (?:been |felt |had |met |known )?(?:\w+ ){0,2}"
    r"(?:so (?:well|safe|good|happy|kind)|better|(?:a|any) (?:\w+ )?(?:complaint|problem|issue|concern)s?)\b"
    r"|\b(?:do not|don't|dont|cannot|can't|cant|can not|isn't|is not|not) (?:\w+ ){0,4}?(?:think|identify|see|feel|know"
    r"|find|anything|fault) (?:\w+ ){0,5}?(?:anything|any|improve\w*|better\w*|differently|change\w*|fault|wrong)\b"
    r"|\bhard (?:pressed )?to (?:find fault|fault|improve|better|beat)\b"
    r"|^\W*(?:definitely |absolutely |certainly )?not\W*$"
    r"|\b(?:not|never|isn't|wasn't|aren't|weren't) (?:too |so |that |all |half )?bad\b(?! enough)"
)
"""Who could not wish for better, and cannot think of anything to change, is content; the negation is no harm."""

UNDONE = re.compile(
    r"\b(?:hear|heard|had|has|have|got|get|received?|seen?|saw|does?|did|done|doing|says?|said|tells?|told \w+|gives?"
    r"|gave(?: \w+)?|explains?) (?:absolutely |almost |next to )?nothing\b(?! (?:but|negative|bad|wrong|to)\b)"
    r"|\bnothing (?:(?:has|have|had|is|was|ever|seems to|gets?|got|being|been|will|can be|could be) ){1,3}"
    r"(?:be |been )?(?:done|happen\w*|chang\w+|come|heard|received|arrived|sent|delivered|resolved|fixed|sorted|said"
    r"|started|repaired)\b"
    r"|\bnothing (?:back|since|happen\w*|arriv\w+|came|works?|yet|done|changes|for (?:\w+ ){1,2}(?:days|weeks|months"
    r"|years)|in the (?:post|mail)|through the (?:post|door))\b"
)
"""What did not come and was not done: this "nothing" is the harm itself, and no contentment."""

WISH = re.compile(
    r"\b(?:would (?:be|have|like|help|benefit|prefer|appreciate)|should|could (?:be|have|do|you)"
    r"|too (?!much trouble|many|little trouble)\w+|more (?!than)\w+|longer|quicker|sooner|earlier|less|perhaps|maybe"
    r"|rather|often|sometimes|didn't|wasn't|weren't|not|haven't|instead|needs?)\b"
)
"""What is wished for or missed weighs something, however kindly it is said."""

NEGATED = re.compile(
    r"\b(?:not|no|never|nothing|without|isn't|wasn't|weren't|aren't|don't|didn't|doesn't|hardly)\s+(?:\w+\s+){0,2}$"
)

SPARED = re.compile(
    r"\b(?:pain|stress|worry|trouble|hassle|error|problem|smoke)[ -]free\b|\bpain[ -]?relief\b"
    r"|\b(?:through|during|in|at|it was) (?:a|this|that|my|our|such a|what was a) (?:\w+ )?(?:difficult|bad|hard"
    r"|stressful|worrying|distressing|upsetting|painful) (?:times?|periods?|days?|situations?|stages?)\b"
    r"|\b(?:help(?:ed|ing|s)?|deal(?:t|s|ing)?|cop(?:e|ed|ing)|fixed|solv(?:ed|ing)|resolved|sorted|eased|understood"
    r"|understanding|understands|overcome|overcame|tackled|manag(?:e|ed|ing)|discuss(?:ed|ing)?|(?:talk|speak|open)(?:ed"
    r"|ing)?(?: up| out| openly| freely)? (?:about|through)|listen(?:ed|s|ing) to"
    r"|support\w*(?: \w+){0,3} (?:with|through))(?: (?!(?:but|and|not|so|because)\b)[\w']+){0,4}?"
    r" (?:problems?|issues?|difficult(?:y|ies)|struggles?|pain|stress|bad (?:days?|times?))\b"
    r"|\b(?:stress|anxiety|pain|anger|panic|depression|trauma|bereavement) (?:control|management|courses?|class(?:es)?"
    r"|clinics?|teams?|nurses?|groups?|workshops?|sessions?|therapy)\b"
    r"|\b(?:no matter what|whatever) (?:the |my |your |our )?(?:problems?|issues?)\b"
    r"|\b(?:when(?:ever)?|if|as|where|much|all|what(?:ever)?|everything|anything|support|help|care|advice|information"
    r"|time|attention)(?: that)?(?: (?:i|we|he|she|they|it|was|is|were))? needed\b"
    r"|\b(?:my|our|your|his|her|their|individual|dietary|special|everyone's|patients'?) (?:\w+ )?needs\b"
    r"|\b(?:never|not|didn't|wasn't|don't) (?:once )?(?:(?:felt?|feel(?:ing)?|been|made to feel|made me feel|too|at all"
    r"|be|being) )*(?:rushed|hurried|pushed|pressured|judged|hurt|patroni[sz]ed|alone|forced|embarrassed|stupid)\b",
)
"""What somebody came with and was helped with, or was spared, is no fault of the service; nor is it in the name of what
helps with it."""

UNHELPED = re.compile(
    r"(?:\b(?:not|no|never|nobody|nothing|without|hardly|unable to|trying to|tried to|failed to|waiting|to be|get"
    r"|getting|please|need|needs|should|could|cannot|more|better|\w+n't)|^\W*(?:to|be|get))\s+(?:\w+\s+){0,2}$"
)
"""Before such words, which say that it was."""

DURATIONS = ("months", "years")
DRAGGED = re.compile(
    r"\b(?:wait\w*|still|since|ago|took|takes?|taking|delay\w*|chas\w+|no|not|never|nobody|nothing|without|until|late"
    r"|lost|left|long\w*|every|after|before|almost|from|refus\w+|ignor\w+|\w+n't)\b"
)
"""Years are a harm where something is waited for or missed in them; who has come for years says so in praise, too."""


def severity(text: str) -> float:
    """Rate one statement in English from 0 (no harm at all) to 1 (it ruins a life)."""
    low = text.lower().replace("’", "'")
    left = CONTENT.sub(" ", low)
    found, wishes = harms(left), len(WISH.findall(left))
    praise = praises(low) + 2 * _praised(low, "high_praise")
    worst = max(found, default=DEFAULT)
    nothing = _pattern("nothing").search(low) and not UNDONE.search(low)
    content = left != low or ANSWERED_NO.match(low) or nothing
    if content and worst < GRAVE and len(found) < 3 and wishes < 2:
        return 0.02
    heaped = min(1.0, worst + 0.03 * max(0, len(found) - 1)) / (1 + praise * (1.0 if worst < GRAVE else 0.5))
    return round(max(heaped, 0.3 * min(wishes, 2) / (1 + 0.3 * praise)), 3)


def harms(text: str) -> list[float]:
    """List the weight of each thing in it that is bad for who says it."""
    low = SPARED.sub(_kept_if_unhelped, text.lower())
    found = [(weight, match) for name, weight in _weights() for match in _pattern(name).finditer(low)]
    lasting = () if DRAGGED.search(low) else DURATIONS
    return [weight for weight, match in found if match.group() not in lasting and not _lifted(low, match)]


def _kept_if_unhelped(match: re.Match[str]) -> str:
    return match.group() if just_before(UNHELPED, match.string, match.start()) else " "


def praises(text: str) -> int:
    """Count the words of praise in it that are not negated."""
    low = text.lower()
    return _praised(low, "praise") + _praised(low, "high_praise")


def _praised(low: str, name: str) -> int:
    return sum(not just_before(NEGATED, low, match.start()) for match in _pattern(name).finditer(low))


def _lifted(text: str, match: re.Match[str]) -> bool:
    """ "No delays" is no delay; but the negation in "not told" is the harm itself."""
    return match.group() not in ("not", "no", "never") and just_before(NEGATED, text, match.start())


@cache
def _weights() -> tuple[tuple[str, float], ...]:
    return tuple((name, float(str(part["weight"]))) for name, part in listed("severity").items() if "weight" in part)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    words = [word.strip() for word in str(listed("severity")[name]["words"]).split(",")]
    return re.compile(r"\b(?:" + "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words) + r")(?!\w)")
