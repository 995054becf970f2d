"""Addresses of people and the e-mail kind: a house number with its street, `someone at example dot org`.

A street without a house number stays: where the pothole is, is what the complaint is about.
"""

from __future__ import annotations

from presidio_analyzer import Pattern, PatternRecognizer

from nlp.clean.recognisers.numbers import TEENS, TENS, UNITS

STREET = (
    "road|rd|street|st|avenue|ave|lane|ln|close|drive|dr|crescent|cres|court|ct|place|pl|terrace|gardens|gdns|grove|way"
    "|walk|hill|park|square|sq|mews|row|rise|view|green|parade|heol|stryd|ffordd|lôn|rhodfa"
)
TITLED = (
    "Alley|Approach|Arcade|Avenue|Bank|Branch|Bridge|Brook|Brooks|Broadway|Buildings|Burgs?|Bypass|Camp|Canyon|Cape"
    "|Causeway|Cent(?:er|re)s?|Chase|Circles?|Circus|Cliffs?|Close|Club|Common|Copse|Corners?|Cottages?|Course|Courts?"
    "|Courtyard|Coves?|Creek|Crescent|Crest|Croft|Cross|Crossing|Crossroads?|Curve|Dale|Dam|Dene|Divide|Drives?|Drove"
    "|Edge|Embankment|End|Estates?|Esplanade|Expressway|Extensions?|Falls?|Farm|Ferry|Fields?|Flats?|Fold|Fords?|Forest"
    "|Forges?|Forks?|Fort|Freeway|Gardens?|Gate|Gateway|Glade|Glens?|Green|Greens|Groves?|Harbou?rs?|Haven|Heath"
    "|Heights"
    "|Highway|Hills?|Hollow|Houses?|Inlet|Islands?|Isle|Junctions?|Keys?|Knolls?|Lakes?|Land|Landing|Lanes?|Lawns?|Lea"
    "|Leas?|Lights?|Loaf|Locks?|Lodge|Loop|Mall|Manors?|Mead|Meadows?|Mews|Mills?|Mission|Moor|Motorway|Mounts?"
    "|Mountains?|Neck|Nook|Orchard|Oval|Overpass|Paddock|Parade|Parks?|Parkways?|Pass|Passage|Paths?|Pikes?|Pines?"
    "|Places?|Plains?|Plaza|Points?|Ports?|Prairie|Promenade|Quay|Radial|Ramp|Ranch|Rapids?|Rest|Ridges?|Rise|River"
    "|Roads?|Route|Row|Rue|Run|Shoals?|Shores?|Skyway|Springs?|Spurs?|Squares?|Stations?|Stravenue|Stream|Streets?"
    "|Summit|Terrace|Throughway|Trace|Track|Trafficway|Trail|Tunnel|Turnpike|Underpass|Unions?|Valleys?|Vale|Via"
    "|Viaduct"
    "|Views?|Villas?|Villages?|Ville|Vista|Walks?|Wall|Ways?|Wells?|Wharf|Wood|Woods|Yard"
)
WELSH = "heol|stryd|ffordd|lôn|lon|rhodfa|rhes"
TITLED_WELSH = "Maes|Cae|Bryn|Parc|Clos|Pen|Llys|Tan|Glan|Min|Trem|Tyn|Cwrt|Gerddi|Cilgant|Dôl|Gwêl|Pant|Nant|Erw|Coed"
"""In Welsh the kind of street comes first."""
HOUSE = (
    r"(?<![\w£$.,:/-])(?:(?:flat|apartment|apt|unit|room)\s?\w{1,4},?\s)?(?:no\.?\s"
    r"|number\s)?\d{1,4}(?:\s?[-/]\s?\d{1,4})?[a-d]?\b"
)
NUMBER = f"{UNITS}|{TEENS}|{TENS}|hundred"
PASSED = (
    r"(?!(?:doors?|houses?|minutes?|miles?|streets?|roads?|times?|years?|months?|weeks?|days?|hours?|of|the|in|on|from"
)
PASSED += r"|to|at|and|up|down)\b)"
"""Two doors down the road is nobody's address."""
HOME = "Cottage|House|Lodge|Farm|Farmhouse|Barn|Vicarage|Rectory|Bungalow|Villa|Manor|Croft|Mill"
WORD = r"[\w'’-]+"
COUNTED = (
    r"(?:miles?|minutes?|mins?|times?|years?|months?|weeks?|days?|hours?|hrs?|this|that|each|every|last|with|without|my"
    r"|our|your|his|her|their|for|was|is|per|from|since|by|to|in|on|at|or)"
)
NAMING = rf"(?!{COUNTED}\b){WORD}"
"""A word of a street's name: "12 miles each way" and "1 talk with Dr" count something."""
LIVING = (
    r"(?<=\b(?:live|lives|lived|living|resident|reside|staying|moved|moving|address is|address|me at|mum at|home is"
    r"|is at|outside|deliver(?:ed)? to|neighbours? at)\b[^\d\n.]{0,12})"
)
ADDRESS = [
    Pattern("Welsh", rf"{HOUSE},?\s+(?:{WELSH})\s(?:(?:y|yr|uchaf|isaf)\s)?{WORD}(?:\s(?-i:[A-Z]{WORD}))?", 0.8),
    Pattern("Welsh name", rf"{HOUSE},?\s+(?-i:{TITLED_WELSH})\s(?:(?:y|yr)\s)?(?-i:[A-Z]{WORD})", 0.8),
    Pattern("street", rf"{HOUSE},?\s+(?!(?:and|of|the)\b)(?:{NAMING}\s){{0,2}}{NAMING}\s(?:{STREET})\b", 0.8),
    Pattern("titled", rf"{HOUSE},?\s+(?-i:[A-Z]{WORD}\s){{1,3}}(?-i:{TITLED})\b", 0.85),
    Pattern("capitals", rf"(?-i:(?<![\w£$])\d{{1,4}}[A-D]?,?\s+(?:[A-Z'’-]+\s){{1,3}}(?i:{TITLED})\b)", 0.6),
    Pattern("lived in", rf"{LIVING}{HOUSE},?\s+(?-i:[A-Z]{WORD})(?:\s(?-i:[A-Z]{WORD})){{0,3}}", 0.85),
    Pattern("flat", r"\b(?:flat|apartment|apt)\s\d{1,4}[a-d]?,?\s+(?-i:(?:[A-Z][\w'’-]+\s?){1,3})", 0.8),
    Pattern(
        "in words",
        rf"{LIVING}(?:number\s)?(?:{NUMBER})(?:[\s-](?:and\s)?(?:{NUMBER})){{0,4}}\s(?:{PASSED}{WORD}\s){{1,3}}(?:{STREET})\b",
        0.85,
    ),
    Pattern(
        "named house",
        r"(?<=\b(?:live at|lives at|lived at|address is|address:)\s)"
        rf"(?-i:(?:The\s)?(?:[A-Z]{WORD}\s){{1,3}}(?:{HOME})\b(?:,\s(?:[A-Z]{WORD}\s){{1,2}}(?:{TITLED})\b)?)",
        0.8,
    ),
    Pattern("box", r"\bp\.?\s?o\.?\s?box\s\d{1,6}", 0.85),
]
EMAIL = [
    # A space in the domain is a disguise only where it has no dot without one: "a@b.com. Is that right?"
    Pattern(
        "written",
        r"(?<![\w.+-])[\w.!#$%'*+^`{|}~-]{1,64}\s?@\s?[\w-]+(?:(?:\.[\w-]{2,}){1,5}|(?:\s?\.\s?[\w-]{2,}){1,5})",
        0.99,
    ),
    Pattern(
        "spoken",
        r"(?<!\w)[\w.+-]+(?:\s(?:dot|underscore|dash|hyphen)\s[\w+-]+){0,4}"
        rf"(?:\s(?:{NUMBER}|oh|zero)){{0,4}}\s?[\[(]?(?:\bat\b|@)[\])]?\s?[\w-]+"
        r"(?:\s?[\[(]?\bdot\b[\])]?\s?[\w-]{2,}){1,4}",
        0.9,
    ),
]


def address_recognisers() -> list[PatternRecognizer]:
    """Give what recognises where somebody lives."""
    return [PatternRecognizer("ADDRESS", patterns=ADDRESS)]


def email_recognisers() -> list[PatternRecognizer]:
    """Give what recognises e-mail addresses, written or spoken."""
    return [PatternRecognizer("EMAIL", patterns=EMAIL)]
