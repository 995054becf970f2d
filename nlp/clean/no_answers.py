"""What stands in an export where somebody left a question open: words of survey tools, spreadsheets and databases.

Only a whole text can be read so. "No response" alone is what a form writes; behind "I wrote to you twice." it is a
complaint.
"""

from __future__ import annotations

import re

CODES = (
    r"null|nan|nat|none|nil(?: return)?|undefined|missing(?: values?)?|empty|n\W{0,3}/?\W{0,2}a|n|x+|z{2,}"
    r"|#?(?:n/a|value|ref|null|name|div/0|num|error)!?\??|d/b|a/b"
)
WHAT = (
    r"answers?|responses?|repl(?:y|ies)|comments?|feedback|texts?|data|values?|opinions?|suggestions?|views?|remarks?"
    r"|entry|entries|input|content|messages?|thoughts|preference|reasons?"
)
GIVEN = (
    r"(?:was |were |has been |have been |is )?(?:given|provided|made|entered|received|left|recorded|supplied|submitted"
    r"|stated|specified|written|added|selected|offered|required|needed|necessary|available)"
)
BY_WHOM = r"(?: (?:by|from) (?:the |this )?(?:respondent|user|customer|patient|participant|citizen|person|client)s?)?"
ENGLISH = (
    rf"(?:no|not any|zero) (?:(?:further|other|additional|more|written|free|specific|particular) )?(?:{WHAT})"
    rf"(?: {GIVEN})?{BY_WHOM}",
    rf"(?:none|nothing) {GIVEN}{BY_WHOM}",
    rf"(?:(?:question|answer|field|response|comment) )?(?:was |were )?(?:not|never) (?:yet )?"
    rf"(?:provided|given|stated|answered|known|specified|recorded|disclosed|asked"
    rf"|supplied|entered|completed|filled(?: in)?|selected|declared|captured|collected|applicable|relevant"
    rf"|obtained){BY_WHOM}(?: to me| here)?",
    r"un(?:known|specified|answered|stated|declared|disclosed)",
    r"(?:i(?:'d| would)? )?(?:prefer|rather|choose|wish|would rather|would prefer)(?:s|red)? not(?: to)?"
    r" (?:say|answer|comment|disclose|respond|state)",
    r"(?:respondent |user |customer |patient |they )?(?:declined|refused|did not|didn't|chose not|unable)(?: to)?"
    r" (?:answer|respond|reply|comment|say|specify)(?: (?:to )?(?:this|the) question)?",
    r"(?:respondent |question |user )?(?:declined|refused|skipped|withheld)(?: (?:this |the )?(?:question|answer))?",
    r"(?:this |it )?(?:doesn't|does not|don't|do not) apply(?: to me)?",
    r"(?:(?:this )?(?:page|field|section|question|answer|box)(?: was| is)? )?(?:(?:intentionally|deliberately) )?"
    r"(?:left )?blank(?: (?:intentionally|deliberately|by respondent))?",
    r"as (?:above|before|previously|already|per) ?(?:stated|mentioned|said|answered|above|before|previous)?",
)
WELSH = (
    r"dim|dim (?:ateb(?:ion)?|ymateb(?:ion)?|sylw(?:adau)?|barn|byd|adborth|testun|data|awgrym(?:iadau)?|gwerth|rheswm)"
    r"(?: (?:pellach|arall|eraill|ychwanegol|ysgrifenedig))?"
    r"(?: wedi(?:'i|'u| ei| eu) (?:rh?oi|dd?arparu|gyflwyno|chyflwyno|nodi|gadael|gofnodi|cofnodi))?",
    r"(?:dim|byd|dim byd) (?:arall )?i'w (?:ychwanegu|ddweud|nodi|adrodd)",
    r"heb (?:ei |eu )?(?:dd?arparu|h?ateb|nodi|rh?oi|gwblhau|lenwi|ddatgan|gofnodi|gyflwyno|ddatgelu|ofyn)"
    r"(?: (?:ateb|ymateb|sylw))?",
    r"(?:ddim|nid yw(?:'n)?|dyw e ddim|dydy o ddim|dydy e ddim|nid)(?: yn)? (?:berthnasol|gymwys)(?: i mi)?"
    r"|amherthnasol|anhysbys|amh",
    r"(?:wedi(?:'i| ei) (?:adael|gadael) yn )?wag|gwag",
    r"(?:ddim|dim|dwi ddim|dw i ddim|nid wyf)(?: yn)? (?:gwybod|siŵr|siwr)",
    r"(?:byddai'n |mae'n )?well gen(?:nyf|i)(?: i)? (?:b|p)eidio (?:â|a) (?:dweud|ateb|datgelu)",
    r"gwell gen(?:nyf|i)(?: i)? (?:b|p)eidio (?:â|a) (?:dweud|ateb|datgelu)",
    r"(?:gwrthod|gwrthododd|wedi gwrthod)(?: ag)? ateb",
)
LABEL = r"(?:(?:q(?:uestion)?\W?\d{1,3}[a-z]?|comments?|answers?|responses?|feedback|reply|sylwadau|ateb)\W*[:=-]\W*)?"
LONGEST_CHARACTERS = 80
NO_ANSWER = re.compile(rf"[\W_]*{LABEL}(?:{'|'.join((CODES, *ENGLISH, *WELSH))})[\W_]*", re.IGNORECASE)


def is_no_answer(text: str) -> bool:
    """Tell whether a whole text says only that no answer was given, in English or Welsh: "[No Response]", "NULL"."""
    plain = " ".join(text.replace("’", "'").split())
    return len(plain) <= LONGEST_CHARACTERS and NO_ANSWER.fullmatch(plain) is not None
