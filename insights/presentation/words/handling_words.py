"""What people read in place of the reasons and kinds that the machine stores with a piece of feedback."""

import re
from collections.abc import Mapping

from feedback.i18n import N_, TranslatedLabels, gettext

HIDDEN_DATA: Mapping[str, str] = TranslatedLabels(
    {
        "ADDRESS": N_("address"),
        "BANK_ACCOUNT": N_("bank account"),
        "CARD": N_("payment card"),
        "DATE_OF_BIRTH": N_("date of birth"),
        "DRIVING_LICENCE": N_("driving licence"),
        "EMAIL": N_("e-mail address"),
        "NAME": N_("name"),
        "NHS_NUMBER": N_("NHS number"),
        "NINO": N_("National Insurance number"),
        "PASSPORT": N_("passport"),
        "PHONE": N_("phone number"),
        "POSTCODE": N_("postcode"),
        "REFERENCE": N_("reference number"),
        "UTR": N_("tax reference"),
        "VEHICLE": N_("vehicle registration"),
    }
)
"""The kinds of personal data that are taken out, by their placeholders."""

_FAILED: Mapping[str, str] = TranslatedLabels(
    {"clean": N_("the program failed while it read this"), "group": N_("the program failed while it grouped this")}
)
_SET_ASIDE: Mapping[str, str] = TranslatedLabels(
    {
        "its worker died each time": N_("the program stopped each time it tried this"),
        "out of range": N_("it holds a value that cannot be stored"),
    }
)

_JUDGEMENTS: Mapping[str, str] = TranslatedLabels(
    {
        said: said
        for said in (
            N_("A slur against a group of people"),
            N_("An insult aimed at someone"),
            N_("the same words, or nearly, from the same sender within a day"),
            N_("the same long text, or nearly, from several senders within a day"),
            N_("word for word the same within a day; who sent it is not known"),
            N_("A machine seems to have sent it"),
            N_("it filled in a field that people do not see"),
            N_("within 2 seconds of opening the form"),
            N_("Reads like an advertisement"),
            N_("Speaks of suicide or self-harm"),
            N_("Speaks of a danger to life"),
            N_("Speaks of abuse or neglect of someone who needs protection"),
            N_("Threatens someone"),
        )
    }
)
"""Why a piece was judged, as `nlp.clean` and `ingest` say it: a sentence, or what stands before or after its colon."""

_SPAM_SIGNS: Mapping[str, str] = TranslatedLabels(
    {
        sign: sign
        for sign in (
            N_("a premium-rate number"),
            N_("a number with a charge for the service"),
            N_("a freephone number"),
            N_("a word to text to a short code"),
            N_("a short code"),
            N_("an order to call"),
            N_("an ordinary number to call"),
            N_("a price by the message or the minute"),
            N_("a prize"),
            N_("a prize to claim"),
            N_("something to claim"),
            N_("something guaranteed"),
            N_("something free"),
            N_("a free phone, message, trial or gift"),
            N_("FREE in capitals"),
            N_("CALL NOW in capitals"),
            N_("a word in capitals to text"),
            N_("an order to text or reply"),
            N_("a way to stop it"),
            N_("a sum of money"),
            N_("cash"),
            N_("a large sum"),
            N_("an offer for a phone"),
            N_("a mobile phone or its network"),
            N_("small print"),
            N_("a subscription"),
            N_("sex for sale"),
            N_("someone who wants to meet you"),
            N_("a secret admirer"),
            N_("hurry"),
            N_("an important or limited thing"),
            N_("an address to click"),
            N_("an address of a doubtful kind"),
            N_("you were chosen"),
            N_("an offer"),
            N_("a loan, a debt or a compensation"),
            N_("an account to verify"),
            N_("a parcel that waits for a fee"),
            N_("the name of a bank, a carrier or an office that is often forged"),
            N_("riches from a stranger"),
            N_("a relative with a new number"),
            N_("something to sell or invest in"),
            N_("a job for anybody, or a stranger to message"),
            N_("a quiz with answers to choose from"),
            N_("a message that is announced"),
            N_("a service that begins"),
            N_("a code of letters and digits"),
            N_("many exclamation marks"),
        )
    }
)
"""What spam is told by, as `nlp/clean/words/spam.toml` names it."""
_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(_SPAM_SIGNS, key=len, reverse=True)))
"""Some hold a comma."""


def set_aside(reason: str) -> str:
    """Says why a piece could not be read; an error's own name follows, for whoever is asked to mend it."""
    lead, _colon, detail = reason.partition(": ")
    said = _FAILED.get(lead) or _SET_ASIDE.get(lead)
    if said is None:
        return reason
    return f"{said} ({detail})" if detail else said


def judged(reason: str) -> str:
    """Says why a piece was judged, in the language that is spoken; anything else stays as it is."""
    lead, colon, detail = reason.partition(": ")
    told = _JUDGEMENTS.get(lead, lead)
    return f"{told}: {_detail(detail)}" if colon else told


def _detail(detail: str) -> str:
    """The signs of spam, a sentence, or words: those of a citizen, or of an example that is like them."""
    before, like, example = detail.partition("most like ")
    if like and not before:
        return gettext("most like %(example)s", example=example)
    signs = _SIGN.findall(detail)
    if ", ".join(signs) == detail:
        return ", ".join(_SPAM_SIGNS[sign] for sign in signs)
    return _JUDGEMENTS.get(detail, detail)
