"""What a statement is: a problem, a request, a suggestion, a question, praise, or something else.

Only the first four can be evidence that something goes wrong, so doubt goes to them: "other" is what plainly says
nothing about a service, and praise is praise alone.
"""

from __future__ import annotations

import re

from nlp.clean import severity
from nlp.clean.statements import StatementLabel

QUESTION = re.compile(
    r"\?[^\w?]*$|^\W*(?:(?:hi|hello|hey|so|and|but|ok|please|pls)\W+)?(?:why|how (?:do|can|did|long|much|many|come|is"
    r"|are|would|should|could|does|will|to)|what(?:'s| is| are| do| does| did| if| can| time| should| happens?)"
    r"|when (?:will|can|do|does|is|are|should)|where (?:is|are|do|can|did)|who (?:do|is|can|should)|which|is (?:there"
    r"|it|this|my|the)|are (?:there|you|my|the)|do (?:i|you|we)|does|did (?:you|my)|can (?:i|we)|could i|am i|will"
    r" (?:i|my|you|it|the)|have you|has my|should i|may i)\b",
)
REQUEST = re.compile(
    r"\b(?:please|pls|plz|can you|could you|would you|will you|i(?:'d| would) like|i want|i need|we need|i(?:'m| am)"
    r" (?:looking|trying|hoping) (?:to|for)|help me|let me know|tell me|send me|call me|ring me|contact me|get back"
    r" to me|i wish to)\b",
)
SUGGESTION = re.compile(
    r"\b(?:should|could (?:be|have|do|you)|would (?:be|have been|help|benefit|prefer|like)|suggest\w*|recommend that"
    r"|maybe|perhaps|if only|wish|needs? (?:to|more|a|an|better|new|improv\w+)|need to|more (?!than)\w+|less|fewer"
    r"|better \w+"
    r"|improve\w*|increase\w*|reduce|ought to|instead of|it'd be|prefer|how about|why not)\b"
    r"|^\W*(?:more|less|better|quicker|faster|shorter|longer|earlier|sooner|cheaper|bigger|larger|easier|clearer"
    r"|provide|improve|have|keep|make|give|allow|put|stop|bring|let|add|open|fix|update|employ|train|ensure|offer|use"
    r"|ask|listen|get)\b",
)
SATISFIED = re.compile(
    r"\b(?:no|not any|without(?: any)?|never (?:had )?(?:a|any)|zero)\s+(?:\w+\s)?(?:complaints?|problems?|issues?"
    r"|concerns?|improvements?|faults?|worries)\b"
    r"|\b(?:can(?:'t|not)|can not|could(?:n't| not)) (?:really )?(?:fault|complain|be (?:better|improved|bettered"
    r"|faulted)|ask for|praise|thank|speak highly|recommend)"
    r"|\bnothing (?:to (?:improve|complain|fault)|needs|was too much|could|but praise|wrong)\b|\bkeep (?:up|it up"
    r"|doing|going)\b|\bdon't change\b|\bwouldn't change\b"
    r"|\b(?:more|better|quicker|faster|sooner|earlier|easier) than (?:i|we) (?:had )?(?:expected|hoped|thought|feared)"
    r"|\bexpect(?:ed|ing) (?:(?!no\b|not\b)\w+ ){0,6}(?:longer|worse|harder) than (?:i|we|it|this|that)"
    r" (?:did|was|had|got)\b",
)
INTRODUCTION = re.compile(
    r"^\W*(?:(?:(?:(?:and|so|it's|it is|my|the|his|her|our|full|home|mobile|phone|e-?mail|ni|nhs)\W+){0,6}"
    r"(?:names?|number|no|postcode|address|date of birth|dob|phone|mobile|telephone|tel|e-?mail|text|it's|it is)"
    r"|this is|i am|i'm|i live (?:at|in|on)|we live (?:at|in|on)|regards|born|call|ring|contact"
    r"|you can (?:get|reach|contact|call|ring|text|e-?mail) (?:me|us))\b(?:[^\[\n]{0,25}\[[a-z_]+\]){1,12}"
    r"(?:\W+please)?\W*|i(?: a|')m an? \w+(?: \w+)?\W*)$",
)
"""Who it is, how to reach them. No gap holds a bracket: a list of names would be parted in all ways there are."""
THANKS = re.compile(
    r"\b(?:i|we)(?: would|'d)? (?:like|want|wish|need) to (?:\w+ ){0,4}?"
    r"(?:thank\w*|praise|gratitude|appreciation|compliment|commend|congratulate)\b"
    r"|\b(?:can(?:'t|not)|can not|could(?:n't| not)) (?:really )?(?:wish|want) for (?:\w+ ){0,2}?(?:better|more)\b"
    r"|\b(?:pass|give|send|convey)(?: on)? (?:my|our) (?:\w+ )?(?:thanks|gratitude|compliments|appreciation|regards)\b"
    r"|\bnothing (?:\w+ ){1,2}could have (?:been )?(?:done )?(?:better|differently|more)\b",
)
"""Who wishes to thank asks for nothing."""
RECOMMENDATION = re.compile(
    r"\b(?:recommend|recommending|(?:have|highly)(?: also| already)? recommended|would suggest)"
    r"(?: (?:it|them|you|him|her|service|(?:this|these|the|your)(?: (?!is\b|are\b|be\b|being\b|gets?\b)\w+){0,2}))? to"
    r"(?: (?:a|an|my|our|your|all|any|other|the|and|or|of|family|members?|many|most)){0,4}"
    r" (?:any(?:one|body)|every(?:one|body)|others?|people|friends?|family|families|relatives?|colleagues?|patients?)\b"
    r"|\brecommend\w*(?: \w+){0,3} without (?:any )?(?:hesitation|reservations?)\b"
    r"|\b(?:would|will|'d|'ll|can|highly|thoroughly|definitely|certainly|happily|totally) recommend(?:ed)?"
    r"(?: (?:it|this|you|them|him|her|(?:this|the|your) \w+))?\W*$",
)
"""Who recommends a service to others praises it; who recommends that something be done does not."""
IMPROVED = re.compile(
    r"(?:^\W*|\b(?:is|are|was|were|'s|been|got|seems?|found (?:it|this)) )(?:(?:so|much|far|way|lots?|a (?:lot|bit)) )*"
    r"(?:better|easier|quicker|faster|clearer|simpler|smoother|nicer|friendlier) than"
    r" (?:(?:it|they) (?:was|were|used to be)|before|last (?:time|week|month|year)|the (?:old|last|previous)\b)"
    r"|\b(?:has|have|'s|'ve|significantly|greatly|vastly|really) (?:\w+ )?improved\b",
)
"""What has become better is praised for it."""
RESERVATION = re.compile(
    r"n't\b(?! hesitate)|\b(?:not(?! hesitate)|no(?! hesitation)|cannot|never|nobody|neither|nor|hardly|unlikely|unless"
    r"|if|doubt|but|however|although|though|except|apart|until|wish|want|able|avoid|away|elsewhere|instead)\b",
)
HELPLESS = re.compile(
    r"\b(?:hasn't|haven't|not|isn't|wasn't|won't|doesn't|didn't|can't|cannot|never|unable|without|still|wrong|lost|paid|charged|waiting|refund)\b",
)


def kind(text: str) -> StatementLabel:
    """Tell what one statement in English does; of other languages the caller reads only the mark of a question."""
    plain = text.lower().replace("’", "'")
    if QUESTION.search(plain):
        return "question"
    if INTRODUCTION.match(plain) and not HELPLESS.search(plain):
        return "other"
    harms = severity.harms(plain)
    worst, count = max(harms, default=0.0), len(harms)
    praise = severity.praises(plain)
    if (_is_content(plain) and worst < 0.75) or (THANKS.search(plain) and worst < 0.5):
        return "praise"
    if REQUEST.search(plain):
        return "request"
    return _weighed(plain, worst, count, praise)


def _is_content(text: str) -> bool:
    """Tell whether it misses nothing, or says without reservation that it is better now, or to be recommended."""
    content = RECOMMENDATION.search(text) or IMPROVED.search(text)
    return bool(SATISFIED.search(text) or (content and not RESERVATION.search(text)))


def _weighed(text: str, worst: float, count: int, praise: int) -> StatementLabel:
    """By the words for good and bad in it."""
    if worst > 0.5 and praise < 3:
        return "problem"
    if praise > count or (praise and not SUGGESTION.search(text)):
        return "praise"
    return "suggestion" if SUGGESTION.search(text) else "problem"
