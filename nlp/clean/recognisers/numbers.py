"""Identifiers that are numbers: Presidio's recognisers with patterns for the ways in which people write them.

A pattern holds its context itself (regex looks behind at any length), so nothing has to be lemmatised for it.
"""

from __future__ import annotations

from presidio_analyzer import Pattern, PatternRecognizer
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    IbanRecognizer,
    NhsRecognizer,
    UkDrivingLicenceRecognizer,
    UkNinoRecognizer,
    UkPassportRecognizer,
    UkPostcodeRecognizer,
    UkVehicleRegistrationRecognizer,
)

SEP = r"[\s.\-/]{0,3}"
SURE, LIKELY, WEAK = 0.95, 0.7, 0.4
"""Above .8 the context vouches, whatever a checksum says; WEAK gives way to any other reading of the same digits."""

CASES = (
    r"ref|reference|case|ticket|application|claim|complaint|policy|pcn|fine|crm|enquiry|inquiry|incident|crime|tenancy"
    r"|tenant|customer|client|member(?:ship)?|file|appeal|cyfeirnod|achos|cais|hawliad|cwyn|tocyn"
)
"""What has a number that stands for a person."""
THINGS = (
    r"order|invoice|booking|tracking|parcel|job|permit|id|report|page|pages|tudalen|paragraph|para|section|isbn|barcode"
    r"|serial|model|item|product|part|stock|meter|receipt|transaction|version|leaflet|form|archeb"
)
"""What has a number that stands for a thing, or for too little."""
REFERENCE = rf"(?<!\b(?:{CASES}|{THINGS})\b[^\d\n]{{0,20}})"


def after(words: str, reach: int = 25) -> str:
    """Look behind for one of the words, at most `reach` characters before and with no other number between."""
    return rf"(?<=\b(?:{words})\b[^\d\n]{{0,{reach}}}\s?)"


def digits(least: int, most: int) -> str:
    """Match a run of digits, in groups or not, that is no part of a longer one."""
    return rf"(?<![\w.])\d(?:[\s.\-/()]{{0,3}}\d){{{least - 1},{most - 1}}}(?![\w])"


ACCOUNTS = r"council tax|rent|rates|water|electric(?:ity)?|gas|energy|library|housing benefit|benefits?"
ACCOUNTS += r"|universal credit|treth cyngor"
NUMBERED = r"(?:[\s:.]{0,2}\b(?:no|number|num|nr|id|ref|reference|code|is|was|yw|ydi|oedd)\b\.?){0,3}[\s:#.(\-–]{0,3}"
"""What stands between such a word and its number."""
CODE = (
    r"(?!20\d\d/\d\d\b)(?:\d{5,14}|(?-i:[A-Z]{1,6})[-/ ]?\d{3,12}[A-Za-z\d/-]{0,24}|[a-z]{1,4}[-/]?\d{4,12}"
    r"|\d{2,8}(?:[-/][A-Za-z\d]{2,8}){1,4}|\d{3,12}[A-Za-z]{1,3})"
)
PURCHASES = r"order|invoice|booking|tracking|parcel|delivery|receipt|transaction|payment|rhif archeb|archeb|anfoneb"
CALLED = r"\s?(?:\b(?:no|number|num|nr|id|ref|reference|code|rhif)\b\.?|#)(?:\s(?:is|was|yw|oedd)\b)?[\s:#]{0,3}"
"""What says that a thing's number is meant; "order 12345" may be a number of boxes."""
CASE = [
    Pattern("in form", r"(?<![\w/-])(?-i:[A-Z]{2,5})[-/]\d{4,10}(?:[-/](?-i:[A-Z0-9]){1,8})?(?![\w/-])", 0.65),
    Pattern("by its year", r"(?<![\w/-])(?-i:[A-Z]{2,5})[-/](?:20)?\d\d[-/]\d{3,8}(?![\w/-])", 0.65),
    Pattern("named", rf"(?=[a-z]{{0,6}}[-/ ]?\d)(?<=\b(?:{CASES})\b{NUMBERED}){CODE}(?![\w/-])", 0.66),
    Pattern("of a purchase", rf"(?<=\b(?:{PURCHASES}){CALLED})(?=[a-z]{{0,6}}[-/ ]?\d){CODE}(?![\w/-])", 0.96),
    Pattern("of an account", rf"(?<=\b(?:{ACCOUNTS})\s(?:account|acc|a/c|claim|ref)\b{NUMBERED})\d{{5,12}}\b", 0.96),
]
NO_DATE = r"(?!\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}\b)"
MOBILE = r"call|ring|rang|phone|telephone|tel|mob|mobile|cell|text|txt|landline|fax|whatsapp|contact|reach|dial|dialled"
MOBILE += r"|answer|answering|messages? to|ffôn|ffonio"
PHONE = [
    Pattern(
        "British",
        rf"(?<![\w+])(?:(?:\+|00)\s?44{SEP}(?:\(0\)\s?)?|\(?0)[1235789](?:[\s.()-]{{0,3}}\d){{8,9}}(?!\w)",
        0.75,
    ),
    Pattern("international", r"(?<!\w)(?:\+\s?|00)[1-9](?:[\s.()-]{0,2}\d){6,14}(?!\w)", LIKELY),
    Pattern(
        "American",
        rf"{REFERENCE}(?<![\w+-])(?:\+?1[-. ])?(?:\(\d{{3}}\) ?|\d{{3}}[-. ])\d{{3}}[-. ]\d{{4}}"
        r"(?:\s?x\d{1,5})?(?![\w-])",
        WEAK,
    ),
    Pattern("named", rf"{after(MOBILE + '|desk')}{NO_DATE}\(?{digits(6, 13)}(?:x\d{{1,5}})?", WEAK),
    Pattern("number", rf"{REFERENCE}{after('number|no', 8)}{NO_DATE}{digits(6, 13)}", WEAK),
    Pattern("bare", rf"{REFERENCE}(?<![\w.])07\d(?:{SEP}\d){{8}}(?!\w)", LIKELY),
]
HEALTH = r"nhs|health|patient|gig"
NHS = [
    Pattern("checked", rf"{REFERENCE}(?<![\w.])\d{{3}}([ -]?)\d{{3}}\1\d{{4}}(?![\w-])", LIKELY),
    Pattern("named", rf"{after(HEALTH)}{digits(9, 11)}", SURE),
]
NAMED_NINO = r"ni|nino|n\.i|insurance|nat ins|yg|yswiriant"
NINO = [
    Pattern("whole", rf"\b[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z]{SEP}\d\d{SEP}\d\d{SEP}\d\d{SEP}[a-d]\b", 0.8),
    Pattern("named", rf"{after(NAMED_NINO)}[a-z]{SEP}[a-z]{SEP}\d(?:{SEP}[\do]){{5}}(?:{SEP}[a-d])?\b", SURE),
    Pattern("in pairs", r"\b(?-i:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])[ -]\d\d[ -]\d\d[ -]\d\d\b", LIKELY),
]
INWARD = r"[0-9][abd-hjlnp-uw-z]{2}\b(?<!\b(?:1st|2nd|3rd|[4-9]th))"
OUTWARD = r"\b(?:gir|[a-pr-uwyz](?:\d{1,2}|[a-hk-y]\d{1,2}|\d[a-hjkps-uw]|[a-hk-y]\d[abehmnprv-y]))"
POSTCODE = [
    Pattern("whole", rf"{OUTWARD}[\s-]{{0,2}}{INWARD}", 0.75),
    Pattern(
        "named", rf"{after('post ?code|post ?cod|cod post', 12)}[a-z]{{1,2}}\d[a-z\d]?(?:\s?\d[a-z]{{2}})?\b", SURE
    ),
]
CARD_NAMES = r"card|visa|mastercard|amex|debit|credit|maestro"
CARD = [
    Pattern("checked", r"(?<![\w.+])[2-6]\d{3}(?:[ -]?\d){8,15}(?!\w)", LIKELY),
    Pattern("named", rf"{after(CARD_NAMES)}{digits(12, 19)}", SURE),
]
MONEY = r"account|acct|acc|a/c|bank|sort|sort code|refund|cyfrif"
SORT = r"(?<![\w-])\d\d(?P<gap>[- ]?)\d\d(?P=gap)\d\d"
BANK = [
    Pattern("both", rf"(?<!\d[ -]){SORT}[^\d\n]{{1,30}}\d(?:[ -]?\d){{6,9}}(?!\w)", 0.85),
    Pattern("account", rf"{after(MONEY)}{digits(6, 10)}", SURE - 0.1),
    Pattern("account after", r"(?<![\w.])\d{8}(?=[^\d\n]{1,20}\b(?:account|acct|a/c|cyfrif))", LIKELY),
    Pattern("sort code", r"(?<![\w-])(?:(?:3[2-9]|[4-9]\d)-\d\d|\d\d-(?:1[3-9]|[2-9]\d))-\d\d(?![\w-])", LIKELY),
]
ENGLISH_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
MONTH = rf"(?:{ENGLISH_MONTH}"
MONTH += r"|ionawr|chwefror|mawrth|ebrill|mai|mehefin|gorffennaf|awst|medi|hydref|tachwedd|rhagfyr)"
ORDINAL = r"(?:\d{1,2}(?:\s?(?:st|nd|rd|th))?)"
DATE = (
    rf"(?:\d{{1,2}}\s?[/.\- ]\s?\d{{1,2}}\s?[/.\- ]\s?(?:\d{{4}}|\d{{2}})|\d{{4}}[/.\-]\d{{1,2}}[/.\-]\d{{1,2}}"
    rf"|{ORDINAL}[\s\-]{{1,2}}(?:of\s)?{MONTH}[\s,\-]{{1,3}}(?:\d{{4}}|'?\d{{2}})|{MONTH}\s{ORDINAL},?\s\d{{4}}"
    rf"|{MONTH}\s\d{{4}}|\d{{8}})"
)
LONG_AGO = r"(?:19\d\d|200[0-5])"
BORN = r"d\.?\s?o\.?\s?b\.?|birth|born|birthday|birthdate|date of birth|ganed|ganwyd|geni|genedigaeth"
UNITS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
TEENS = "thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
NTH = r"(?:(?:twenty|thirty)[\s-])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
NTH += rf"|(?:{TEENS})th)|twentieth|thirtieth"
YEAR = rf"(?:(?:nineteen|twenty|two thousand)(?:\sand)?[\s-])?(?:(?:{TENS}|oh|o)(?:[\s-](?:{UNITS}))?|{UNITS}|{TEENS})"
BIRTH = [
    Pattern(
        "in words",
        rf"(?<=\b(?:{BORN})(?!\w)[^\d\n]{{0,25}})(?:the\s)?(?:{NTH})\s(?:of\s)?"
        rf"(?:{MONTH}|the\s(?:{NTH}))\b(?:,?\s(?:\d{{4}}|{YEAR})\b)?",
        SURE,
    ),
    Pattern("long ago in words", rf"\b(?:{NTH})\s(?:of\s)?{MONTH},?\snineteen[\s-]{YEAR}\b", LIKELY),
    Pattern("named", rf"(?<=\b(?:{BORN})(?!\w)[^\d\n]{{0,25}}){DATE}(?![\w/])", SURE),
    Pattern(
        "long ago",
        rf"(?<![\w/.])(?:\d{{1,2}}[/.\-]\d{{1,2}}[/.\-]{LONG_AGO}|{LONG_AGO}-\d\d-\d\d"
        rf"|{ORDINAL}\s(?:of\s)?{ENGLISH_MONTH},?\s{LONG_AGO})(?![\w/])(?!,?\s\d{{1,2}}:\d\d)",
        LIKELY,
    ),
]
REGISTERED = r"reg|registration|registered|plate|plates|vehicle|car|van|lorry|truck|bike|motorbike|vrm|number ?plate"
VEHICLE = [
    Pattern(
        "capitals",
        r"\b(?-i:[A-HJ-PR-Y]{2})(?:0[2-9]|[1-9]\d)\s?(?!MIN|HRS|YRS|MPH|THE|AND)(?-i:[A-HJ-PR-Z]{3})\b",
        LIKELY,
    ),
    Pattern("any case", r"\b[a-hj-pr-y]{2}(?:0[2-9]|[1-9]\d)\s?(?!min|hrs|yrs|mph|the|and)[a-hj-pr-z]{3}\b", LIKELY),
]
OLDER = [
    Pattern(
        "named",
        rf"{after(REGISTERED, 20)}(?:[a-z]{{2}}\s?\d\d\s?[a-z]{{3}}|[a-z]\s?\d{{1,3}}\s?[a-z]{{3}}"
        rf"|[a-z]{{3}}\s?\d{{1,3}}\s?[a-z]"
        r"|[a-z]{1,3}\s?\d{4}|(?-i:[A-Z]{1,3}\s?\d{1,3}|\d{1,4}\s?[A-Z]{1,3}))\b",
        SURE - 0.15,
    ),
]
PASSPORT = [Pattern("named", rf"{after('passport|pasbort', 30)}(?:gbr|[a-z]{{1,2}})?\s?\d(?:\s?\d){{6,8}}\b", SURE)]
LICENCE = [
    Pattern(
        "whole",
        r"\b[a-z9]{5}\s?\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d"
        r"|3[01])\d\s?[a-z9]{2}\s?[a-z0-9]\s?[a-z]{2}\b(?:\s\d\d\b)?",
        0.85,
    )
]
TAX = r"utr|taxpayer|tax ?payer|tax reference|self assessment"
UTR = [Pattern("named", rf"{after(TAX, 30)}\d(?:[ -]?\d){{9}}k?\b", 0.97)]


def number_recognisers() -> list[PatternRecognizer]:
    """Give all British recognisers of Presidio with the patterns above, and those that it does not have."""
    return [
        PatternRecognizer("PHONE", patterns=PHONE),
        NhsRecognizer(supported_entity="NHS_NUMBER", patterns=NHS),
        UkNinoRecognizer(supported_entity="NINO", patterns=NINO),
        UkPostcodeRecognizer(supported_entity="POSTCODE", patterns=POSTCODE),
        CreditCardRecognizer(supported_entity="CARD", patterns=CARD),
        PatternRecognizer("BANK_ACCOUNT", patterns=BANK),
        IbanRecognizer(supported_entity="BANK_ACCOUNT"),
        PatternRecognizer("DATE_OF_BIRTH", patterns=BIRTH),
        UkVehicleRegistrationRecognizer(supported_entity="VEHICLE", patterns=VEHICLE),
        PatternRecognizer("VEHICLE", patterns=OLDER),
        UkPassportRecognizer(supported_entity="PASSPORT", patterns=PASSPORT),
        UkDrivingLicenceRecognizer(supported_entity="DRIVING_LICENCE", patterns=LICENCE),
        PatternRecognizer("UTR", patterns=UTR),
        PatternRecognizer("REFERENCE", patterns=CASE),
    ]
