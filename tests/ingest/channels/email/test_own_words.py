# ruff: noqa: E501 (mails are as wide as they are)
"""The sender's own words come out of mails in every style, and stay where they only resemble something else."""

import pytest

from ingest.channels.email.reply_parser import own_words
from tests.bench import replies

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
