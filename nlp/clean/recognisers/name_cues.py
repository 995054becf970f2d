"""Where in a sentence names stand: "my name is ...", "thanks to ...", "... at the desk"; in English and Welsh."""

from __future__ import annotations

import re

KIN = (
    "mother|father|mum|mom|dad|son|daughter|wife|husband|partner|sister|brother|nan|gran|grandma|grandad|grandmother"
    "|grandfather|aunt|auntie|uncle|niece|nephew|friend|neighbour|carer|boyfriend|girlfriend|cousin|granddaughter"
    "|grandson"
)
WELSH = (
    r"enw i (?:yw|ydi)|siaradais (?:â|gyda)|dywedodd|cofion(?: gorau| cynnes)?|yn gywir"
    r"|(?:fy|ei|ein) (?:mam|nhad|mab|merch|ngŵr|ngwraig|chwaer|brawd),?"
)
SAID_IN_WELSH = re.compile(rf"\b(?:{WELSH})\s+$", re.IGNORECASE)
SIGNED_OFF = (
    r"(?:thanks again|thank you again|many thanks|best wishes|all the best|diolch(?: yn fawr)?|cofion)[.!]?(?=,?\s*\n)"
)
"""Above a name on a line of its own."""
SLOT = re.compile(
    rf"\b(?:{WELSH}|{SIGNED_OFF}|"
    r"(?:my|his|her|their|the|full|first|last|sur|maiden|whose|your) ?name(?:'s| is| was|:|\?(?:\s*\w+:)?)"
    r"|(?:i am|i'm|im|this is|it"
    r" was|it's|its|by|with|to|from|for|of|see|saw|met|ask|thank|tell|told"
    r"|calls? (?:me|him|her)|named (?:him|her|me)|called|named|signed|is|was|and|thanks|thankyou|cheers|hi"
    r"|hello|dear|attn"
    r"|fao|name|contact)"
    r"|(?:kind |best |warm |many )?regards|yours (?:sincerely|faithfully|truly)|sincerely|faithfully"
    rf"|(?:my|our|his|her|their|a) (?:\w+ )?(?:{KIN}))[ \t]*[,:\-–]*\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
STRONG = re.compile(
    rf"\b(?:{WELSH}|{SIGNED_OFF}|"
    r"name(?:'s| is| was|:|\?(?:\s*\w+:)?)"
    r"|regards|sincerely|faithfully|truly|calls? (?:me|him|her)|named (?:him|her|me)"
    r"|called|named|signed"
    r"|spoke (?:to|with)|speak to"
    r"|talked to|dealt with by|attn|fao"
    rf"|attention of|complaint about|seen by|(?:{KIN}),)[ \t]*[,:\-–]*\s+$",
    re.IGNORECASE,
)
PERSONAL = re.compile(r"\b(?:ask|asked|tell|told|thank|thanked|hi|hello|dear)\s+$", re.IGNORECASE)
"""Only a person is asked, told, thanked or greeted: here a word that is also a place, with its capital, is a name."""
DOES = re.compile(
    r"\s++(?:is|was|has|had|lives|lived|said|says|told|did|made|helped|came|went|asked|called|rang|phoned|works|worked"
    r"|explained|listened|shouted|gave|began|spent)\b",
    re.IGNORECASE,
)
"""What a person does: the first word of a sentence, unknown otherwise, is a name before it if spaCy thinks so too."""
BEFORE_WHO = re.compile(
    r"\s++(?:who|on (?:the )?(?:desk|reception|front desk|phone|counter)|at (?:the )?(?:desk|reception|counter)|in"
    r" (?:the )?(?:office|reception))\b",
    re.IGNORECASE,
)
