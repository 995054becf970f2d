"""What a piece is held for beside feedback: spam, abuse; and what is neither, however it looks."""

import pytest

from nlp.clean.verdicts import verdicts


def test_a_bus_stop_is_no_way_to_stop_an_advertisement() -> None:
    assert not verdicts("Wait 2 min at the bus stop, it comes 3 times an hour")
    assert not verdicts("The 42 did not stop at the stop on £2 fare day")


def test_an_advertisement_is_spam() -> None:
    [verdict] = verdicts("URGENT! You have WON a £1000 cash prize. Txt CLAIM to 80999 now. 150p/msg, 18+")
    assert verdict.name == "spam"
    assert verdict.reason


@pytest.mark.parametrize(
    "text",
    [
        "Royal Mail: a fee of £1.45 is due on your parcel. Pay at royalmail-fees.top to rebook delivery",
        "HMRC: you are due a tax refund of £312.70, claim it now at hmrc-rebates.info",
        "Barclays: a new device was added to your account. If this was not you go to barclays-check.live",
        "Get the latest tones on ur mobile! Txt TONE to 80808, £3 per wk, to stop txt STOP",
        "Hot girls near you want to chat live, call 0909 111 2222, 18+ only",
        "Bad credit? Loans up to £2000 today, apply at loanhurry.co.uk or reply STOP to opt out",
        "Hello mum, I broke my phone, this is my new number 07700 900888, whatsapp me on it",
        "Earn £250 a day from home, no experience needed, message us on WhatsApp +44 7700 900777",
        "Join our crypto signals group, guaranteed returns: t.me/moonsignals",
        "Tesco: you have £50 in unused vouchers! Collect them before Friday at club-vouchers.shop",
    ],
)
def test_forged_notices_premium_numbers_and_loans_are_spam(text: str) -> None:
    assert [verdict.name for verdict in verdicts(text)] == ["spam"]


@pytest.mark.parametrize(
    "text",
    [
        "Call me on 07700 900234 about my claim for PIP, you owe me £1,340",
        "URGENT please ring me back today, the free school meals form was refused",
        "I want to win this appeal, the award of £82.30 a week is wrong",
        "Your text said reply YES to 60099 and it did not work",
        "Is this text real? It says click a link to claim £400 off my energy bill",
        "Calls to your 0845 number cost 7p a minute, a disgrace",
        "Who do I call to claim for two tyres, £210, after hitting a pothole",
        "Somebody rang my nan and said she had won a prize, please warn people",
        "CAN SOMEBODY CALL ME ABOUT THE DAMP NOW",
        "URGENT no heating and a newborn, 14 Mill Court, ring 07700 900456",
        "My bank says your direct debit of £164 bounced, brand new account set up today",
        "Won my tribunal, £3,400 owed, still unpaid",
        "Royal Mail says our street isn't on the map, can naming fix it",
        "Hi, the bus pass is free they said, the machine took £2.20",
        "0161 496 0000",
    ],
)
def test_who_names_money_numbers_and_claims_of_their_own_sends_no_spam(text: str) -> None:
    assert verdicts(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "I tried to call 0300 123 4567 six times and nobody answered",
        "The page https://example.org/pay is broken",
        "I was charged £120 twice, my mobile is 07700 900123",
        "Blood in my stool and my penis hurts, the doctor was kind",
        "This is fucking awful, I feel like shit and nobody helps",
    ],
)
def test_complaints_with_numbers_addresses_bodies_or_despair_get_no_verdict(text: str) -> None:
    assert verdicts(text) == ()


def test_a_long_call_about_money_and_numbers_is_no_spam() -> None:
    said = (
        "I rang about my council tax, the account is 30041234. I moved out in March and was charged £142.50 a month. "
        "I called 0300 123 4567 three times and somebody said that a refund of £427.50 would come today. It did not. "
        "Then a text came with a link, www.example.com, and it said click here to claim. Is that real? "
        "My mobile is 07700 900123, call me on that or on 0161 496 0000. I have the offer letter for the free travel "
        "pass too, and the voucher for the prize draw at the library, but nobody there knew of it. Final thing: the "
        "direct debit for the leisure membership, £32 a month, must stop now."
    )
    assert verdicts(said) == ()


def test_an_insult_at_someone_is_abuse() -> None:
    assert [verdict.name for verdict in verdicts("You are all a bunch of useless wankers")] == ["abuse"]
