# ruff: noqa: E501 (mails are as wide as they are)
"""Banners, disclaimers, devices, signatures and quoted mails around somebody's words are not read; the words are."""

import pytest

from ingest.channels.email.reply_parser import own_words

ADDED = [
    "[EXTERNAL] This message came from outside the council. {}",
    "CAUTION: This email originated from outside the organisation. Do not click links unless you know the sender.\n{}",
    "*** External sender ***\n\n{}",
    "RHYBUDD: Daeth yr e-bost hwn o'r tu allan i'r Cyngor. Peidiwch â chlicio ar ddolenni.\n\n{}",
    "You don't often get email from al@home.example. Learn why this is important\n{}",
    "{}\n\n_______________________________________________\nParks mailing list\nParks@lists.example\nhttps://lists.example/mailman/listinfo/parks",
    "{}\n_______________________________________________\nParks mailing list\nParks@lists.example\nhttps://lists.example/listinfo/parks",
    "{}\n---\nThis email has been checked for viruses by Acme antivirus software.\nwww.acme.example",
    "{}\n\n--\nThis email has been checked for viruses by Acme antivirus software.\nwww.acme.example",
    "{}\n\nTo unsubscribe from this group and stop receiving emails from it, send an email to a+unsubscribe@groups.example.",
    "{}\n\nMae'r e-bost hwn ac unrhyw atodiadau'n gyfrinachol ac wedi'u bwriadu ar gyfer y derbynnydd yn unig.",
    "{}\n\nOs ydych wedi derbyn y neges hon drwy gamgymeriad, rhowch wybod i ni.",
    "{}\n\nSent with Proton Mail secure email.",
    "{}\n\nAnfonwyd o'm ffôn Galaxy",
    "{}\nAnfonwyd o fy iPhone",
    "{}\n\nCael Outlook ar gyfer iOS",
    "{}\n\nVon meinem iPhone gesendet",
    "{}\n\nWysłane z iPhone'a",
    "{}\n\nVon: Parks <p@council.example>\nGesendet: Freitag, 28. Februar 2025 09:12\nAn: Ada\nBetreff: AW: Swing\n\nWir kommen.",
    "{}\n\nDe : Parks\nEnvoyé : vendredi 28 février 2025 09:12\nÀ : Ada\nObjet : RE: Swing\n\nOn vient.",
    "{}\n\nAm Fr., 28. Feb. 2025 um 09:12 Uhr schrieb Parks <p@council.example>:\n> Wir kommen.",
    "{}\n\npt., 28 lut 2025 o 09:12 Parks <p@council.example> napisał(a):\n> Idziemy.",
    "{}\n\n28.02.2025, 09:12, Parks <p@council.example> пише:\nДобре.",
    "{}\n\nMit freundlichen Grüßen\nAda",
    "{}\n\nDymuniadau gorau\nNia Wyn\nFfôn: 01632 960123",
    "##- Please type your reply above this line -##\n\n{}",
    "Mae'r e-bost hwn wedi dod o'r tu allan i'r Cyngor. / This email has come from outside the Council.\n\n{}",
    "{}\n\nDisclaimer\n\nThe information contained in this communication is confidential and intended solely for the recipient.",
]


@pytest.mark.parametrize("added", ADDED)
def test_what_systems_add_around_ones_words_is_not_read(added: str) -> None:
    assert own_words(added.format("The swing is broken and a child fell.")) == "The swing is broken and a child fell."


@pytest.mark.parametrize(
    "said",
    [
        "CAUTION: the ice on Station Road is deadly. Please grit it.",
        "Please do not reply by email, I cannot open attachments. Write to me.",
        "This email came from outside sources, says your letter: that is untrue, and I want it read.",
        "Mae'r neges hon am y ward: mae'n gyfrinachol, ond darllenwch hi.",
        "I asked to unsubscribe from the bin reminders and still get them.",
        "----\nI cannot unsubscribe from your mailing list.",
        "Sent by post to your office, twice, and nobody answered.",
        "On 3 March 2025 at 10:15, the carer <no name given> wrote:\nnothing in the log. My father had no meal.",
        "De : rien\nthe form said, and then it closed.",
    ],
)
def test_what_only_resembles_what_systems_add_stays(said: str) -> None:
    assert own_words(said) == said


def test_a_mail_that_passed_any_number_of_gateways_is_read() -> None:
    assert own_words("[EXTERNAL] " * 3_000 + "The swing is broken.") == "The swing is broken."
