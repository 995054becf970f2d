# ruff: noqa: E501 (mails are as wide as they are)
"""The sender's own words come out of mails in every style, and stay where they only resemble something else."""

import pytest

from ingest.channels.email.reply_parser import own_words
from tests.bench import replies

OWN = "I waited three weeks.\n\nNobody rang."
HISTORY = {
    "attributed": "\n\nOn Mon, 3 Mar 2025 at 09:30, Council <a@b.example> wrote:\n\n> Dear Ann,\n>\n> Please wait.\n",
    "attributed over lines": "\n\nOn Monday, 3 March 2025, The Centre of the\nCouncil <a@b.example>\nwrote:\n> No\n",
    "without signs": "\n\nOn Mon, 3 Mar 2025, Council wrote:\nDear Ann,\nPlease wait.\n",
    "with a header": "\n\nFrom: Council <a@b.example>\nSent: 03 March 2025\nTo: Ann\nSubject: Wait\n\nPlease wait.\n",
    "behind a bold header": "\n\n*From:* Council\n*Sent:* 03 March 2025\n*To:* Ann\n*Subject:* Wait\n\nPlease wait.\n",
    "behind a line": "\n\n-----Original Message-----\nFrom: Council\n\nPlease wait.\n",
    "behind a rule": "\n\n________________________________\nFrom: Council\nSent: 3 March 2025\n\nPlease wait.\n",
    "in Welsh": "\n\nAr Llun, 3 Maw 2025 am 09:30, Cyngor <a@b.example> ysgrifennodd:\n> Arhoswch\n",
    "in Welsh with a header": "\n\nOddi wrth: Cyngor\nAnfonwyd: 3 Mawrth 2025\nAt: Ann\nPwnc: Aros\n\nArhoswch.\n",
    "with an address alone": "\n\nCouncil <a@b.example> wrote:\n> Please wait.\n",
    "quoted below": "\n\n> Please wait.\n> Thank you.\n",
}


@pytest.mark.parametrize("history", HISTORY.values(), ids=HISTORY.keys())
def test_quoted_history_goes(history: str) -> None:
    assert own_words(OWN + history) == OWN


def test_answers_between_and_below_quoted_lines_stay() -> None:
    text = "On Monday, 3 March, Council wrote:\n> When was it?\n\nLast Friday.\n\n> And where?\n\nAt the market.\n"
    assert own_words(text) == "Last Friday.\n\nAt the market."


@pytest.mark.parametrize(
    "text",
    [
        "On my ticket the warden wrote:\nExpired.\n\nIt had an hour left.",
        "I asked three times.\n\nOn 3 March I wrote:\nplease look at the damp.\n\nYou never came.",
        'Your letter came.\n\nOn 12 February 2025 you wrote:\n"We will repair it."\n\nIt still leaks.',
        'On 12 February 2025 your officer wrote:\n"We will repair it."\n\nIt still leaks.',
        "Ar 12 Chwefror 2025 ysgrifennodd y cyngor:\n\"Byddwn yn trwsio'r to.\"\nMae'n dal i ollwng.",
        "On Monday at 10.30 he wrote:\nno.\n\nThat was all.",
    ],
)
def test_what_a_citizen_says_that_somebody_wrote_stays_with_all_below(text: str) -> None:
    assert own_words(text) == text


def test_a_quoted_mail_that_follows_on_the_same_line_goes() -> None:
    quoted = "On Fri, 28 Feb 2025 at 9:12, Council<f@c.example> wrote:   Is the pool better now?"
    assert own_words(f"The pool is cold.\n\n{quoted}\n") == "The pool is cold."


@pytest.mark.parametrize(
    "text",
    [
        "This message is intended for the ward manager. My father was left without water for nine hours.",
        "This email is about my parking complaint. It is confidential, but please read it.",
        "Warning: this email is long.\n\nThe surgery has no space.",
    ],
)
def test_what_a_citizen_says_of_the_mail_itself_stays(text: str) -> None:
    assert own_words(text) == text


SIGNATURES = {
    "dashes": "\n\n-- \nAnn Example\n01632 960 001\n",
    "regards": "\n\nKind regards,\n\nAnn Example\n1 High Street\n",
    "Welsh": "\n\nCofion gorau\nAnn\n",
    "a device": "\n\nSent from my iPhone\n",
    "a device and history": "\n\nGet Outlook for Android\n\nFrom: Council\nSent: today\nTo: Ann\n\nWait\n",
    "a disclaimer": "\n\nThis email and any attachments are confidential and intended\nsolely for the addressee.\n",
    "regards and a disclaimer": "\n\nRegards\nAnn\n\nThis message is confidential. "
    + "If you are not the intended recipient please delete it and everything that you know of it, and tell us so.\n",
    "nothing": "\n",
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_signatures_and_disclaimers_go(signature: str) -> None:
    assert own_words(OWN + signature) == OWN


def test_a_banner_above_goes() -> None:
    assert own_words("CAUTION: This email originated from outside the council.\n\n" + OWN) == OWN


@pytest.mark.parametrize(
    "text",
    [
        "Thanks\n\nBut the lift has been broken for a month, and I cannot reach the second floor where your office is.",
        "Thank you\n\nAlso my road is not lit.",
        "From: the bus stop to the school there is no light.",
        "On Monday I wrote: nothing came back.",
        "I sent it.\n\nPS the lights are out too.",
        "This email address on your page does not work.",
    ],
)
def test_what_only_looks_like_a_signature_or_history_stays(text: str) -> None:
    assert own_words(text) == text


def test_a_postscript_below_the_name_stays() -> None:
    assert own_words("No ramp.\n\nRegards\nAnn\n\nPS: nor a lift.\n") == "No ramp.\n\nPS: nor a lift."


KEPT = {
    "a rule of underscores": "Two things.\n________________________________\n\n1. The bin.\n________________________________\n\n2. The glass bank is full.",
    "a rule of dashes": "Two things.\n----------\nThe bin is full.\n----------\nThe glass is broken.",
    "two dashes": "Two things.\n--\nThe brown bin has not been emptied since October.\n--\nThe glass is broken on the path.",
    "a rule of stars": "First the bins.\n*****\nThen the glass.",
    "thanks after a greeting": "Good morning\nThank you\nMy assisted collection has been missed again\nThe crew drive straight past the gate",
    "Welsh thanks": "Bore da\nDiolch\nMae'r bin heb ei gasglu eto\nMaen nhw'n gyrru heibio'r giât",
    "thanks in between": "I rang on Monday.\nMany thanks\nbut nobody came and the bin is still full",
    "best alone": "Which day is\nBest\nfor collecting the brown bin from our close",
    "a form": "From: Ada Byron\nEmail: ada@home.example\nSubject: Bins\nDate: 2 November 2026\nMessage: The bin is full.",
    "a filled-in form below words": "As asked:\nFrom: Ada Byron\nTo: Bins\nDate: 2/11/2026\nSubject: Bins\nDetails: The bin is full.",
    "a list of buses": "These do not run:\nFrom: Station\nTo: Hospital\nDate: Monday\n\nFrom: Hospital\nTo: Market",
    "where lights are out": "From: Oak Street\nTo: Elm Street\nAll lights are out.\nFrom: Elm Street\nTo: the school\nHalf of them.",
    "who sent it by a form": "I sent it.\nSent via the online form three times, and nobody answered.",
    "an email that is intended": "This email is intended to report the broken light on Elm Road.",
    "a light outside": "External: the light outside the library is broken.",
    "a warning": "Warning: I have sent this e-mail three times.",
    "Welsh lists": "O: Fangor\nAt: Gaernarfon\nNid yw'r bws yn dod.",
}


@pytest.mark.parametrize("mail", replies.mails(), ids=lambda mail: mail.style)
def test_of_mails_in_the_styles_of_their_programs_the_senders_words_come_out(mail: replies.WrittenMail) -> None:
    assert replies.own_words(mail).split() == mail.own.split()


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_ones_own_words_stay(text: str) -> None:
    assert own_words(text) == text
