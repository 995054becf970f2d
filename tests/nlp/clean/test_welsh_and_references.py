"""Redaction where English rules mislead: Welsh sentences, numbers of things, and the numbers of people's cases."""

import pytest

from nlp.clean.cleaner import Cleaner
from tests.nlp.clean.redacting import redacted


@pytest.mark.parametrize(
    "text",
    [
        "Nid yw'r biniau wedi cael eu casglu ers dydd Llun.",
        "Daeth y lori ddydd Mawrth ond nid dydd Iau na dydd Gwener.",
        "Rwy'n aros ers mis Mai am ateb.",
        "Cafodd y sbwriel ei adael ar nos Sadwrn a dydd Sul.",
        "Daeth neb ar ddydd Mercher.",
        "Mae'r swyddfa ar gau ym mis Awst a mis Medi.",
        "Mae'r bws i Fangor yn hwyr bob dydd ers mis Ionawr.",
        "Roedd yn rhaid i ni fynd i Gaerdydd neu i Lanelli am apwyntiad.",
        "Dim ond yng Nghaernarfon mae'r swyddfa ar agor, ac nid ym Mhwllheli.",
        "Mae'r goleuadau yn Heol Dewi ac yn Ysbyty Gwynedd wedi torri.",
        "Does neb yn siarad Cymraeg yn swyddfa Cyngor Gwynedd ers y Pasg.",
        "Mae Afon Aled wedi gorlifo ac mae Parc Menai o dan ddŵr.",
        "Es i Aberystwyth ac i Dregaron ym mis Chwefror, ac roedd y ddau ar gau.",
        "Cafodd fy nghais ei wrthod ar 3 Mawrth ac eto ar 12 Rhagfyr.",
        "Ni ddaeth y casgliad ailgylchu ar Ddydd Calan nac ar Ŵyl San Steffan.",
        "Mae Llywodraeth Cymru a'r Senedd wedi addo arian i'r Fenni.",
    ],
)
def test_days_months_and_places_of_welsh_stay_however_they_begin(cleaner: Cleaner, text: str) -> None:
    assert redacted(cleaner, text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Siaradais â Siân Jones ond ni ddaeth neb yn ôl ataf.", "Siaradais â [NAME] ond ni ddaeth neb yn ôl ataf."),
        ("Roedd Mrs Evans yn y swyddfa yn gas iawn.", "Roedd [NAME] yn y swyddfa yn gas iawn."),
        (
            "Rhowch y llythyr i Fair os gwelwch yn dda, mae hi yma.",
            "Rhowch y llythyr i [NAME] os gwelwch yn dda, mae hi yma.",
        ),
        (
            "Cefais ateb gan Ddafydd ap Llywelyn ddoe ond nid oedd yn help.",
            "Cefais ateb gan [NAME] ddoe ond nid oedd yn help.",
        ),
        ("Mae Sarah ar y ddesg wedi bod yn wych.", "Mae [NAME] ar y ddesg wedi bod yn wych."),
        ("Fy enw i yw Blodwen Prydderch ac rwy'n byw yma.", "Fy enw i yw [NAME] ac rwy'n byw yma."),
        ("Mae Priya Sharma wedi gofyn am help ers mis.", "Mae [NAME] wedi gofyn am help ers mis."),
    ],
)
def test_people_are_found_in_welsh_with_their_letters_changed_too(cleaner: Cleaner, text: str, expected: str) -> None:
    assert redacted(cleaner, text) == expected


def test_each_sentence_is_read_in_its_own_language(cleaner: Cleaner) -> None:
    text = "Daeth neb ar ddydd Mercher. My name is Blodwen Prydderch. Mae'r biniau yn llawn ers dydd Iau."
    expected = "Daeth neb ar ddydd Mercher. My name is [NAME]. Mae'r biniau yn llawn ers dydd Iau."
    assert redacted(cleaner, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My case number is AB-84397 and nobody rang", "My case number is [REFERENCE] and nobody rang"),
        ("AB-84397 is still open", "[REFERENCE] is still open"),
        ("FOI-2024-00123 was never answered", "[REFERENCE] was never answered"),
        ("complaint no. 2024/1187 is open", "complaint no. [REFERENCE] is open"),
        ("claim ref 778/2210/AX was lost", "claim ref [REFERENCE] was lost"),
        ("the PCN number is LB12345678A", "the PCN number is [REFERENCE]"),
        ("council tax account 80123456", "council tax account [REFERENCE]"),
        ("my rent account number is 1234567890", "my rent account number is [REFERENCE]"),
        ("housing benefit claim 55512345", "housing benefit claim [REFERENCE]"),
        ("My reference is 9434765919 and nobody answers", "My reference is [REFERENCE] and nobody answers"),
        ("The ticket id 9434765919 is wrong", "The ticket id [REFERENCE] is wrong"),
        ("Fy rhif achos yw 4451239", "Fy rhif achos yw [REFERENCE]"),
        ("tenancy ref: TEN/00451/B", "tenancy ref: [REFERENCE]"),
        ("Order no. 1234567890 never came", "Order no. [REFERENCE] never came"),
        ("booking reference XK4471 was lost", "booking reference [REFERENCE] was lost"),
        ("invoice number: 2024/1187", "invoice number: [REFERENCE]"),
        ("tracking id JD00023456 says delivered", "tracking id [REFERENCE] says delivered"),
    ],
)
def test_numbers_of_cases_claims_and_accounts_are_hidden(cleaner: Cleaner, text: str, expected: str) -> None:
    assert redacted(cleaner, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "page 9434765919 in the leaflet is wrong",
        "page 943 476 5919 in the leaflet is wrong",
        "ISBN 9434765919 is not on the shelf",
        "the meter 9434765919 runs fast",
        "Order 9434765919 came late, parcel 943 476 5919 never",
        "tudalen 9434765919",
        "In case 3 people come, file 2 forms for member 12",
        "The COVID-19 ward, the A-1234 road and the year 2019/20",
        "a claim of 15000 pounds and a fine of £12345; a policy since 2015",
        "crime rose by 12000 and the customer waited 45 minutes",
        "I put in an order for 12000 boxes and a booking for 3 rooms",
        "My order number 3 was cold",
        "It is 12 miles each way and I had 1 conversation with a Dr",
        "I was seen by 3 this year, no Dr stays",
        "We moved here from Canada and Southern Austria",
        "It broke on 1978-04-13 12:20:39 and on 2/9/1981, 09:15 says the log",
    ],
)
def test_numbers_of_things_stay_whatever_their_checksum(cleaner: Cleaner, text: str) -> None:
    assert redacted(cleaner, text) == text


@pytest.mark.parametrize(
    "text",
    ["my nhs number is 943 476 5919", "9434765919 is my number with the hospital", "patient 9434765919"],
)
def test_an_nhs_number_is_one_where_nothing_says_otherwise(cleaner: Cleaner, text: str) -> None:
    assert "943" not in redacted(cleaner, text)


@pytest.mark.parametrize(
    "text",
    ["I told the doctor. More staff are needed", "my doctor enquired why", "no contact with doctor. Shorter waits"],
)
def test_a_doctor_is_nobodys_title_at_the_end_of_a_sentence(cleaner: Cleaner, text: str) -> None:
    assert redacted(cleaner, text) == text


def test_a_sentence_behind_an_address_of_mail_stays(cleaner: Cleaner) -> None:
    assert redacted(cleaner, "It is jo@home.example. Is that right?") == "It is [EMAIL]. Is that right?"
    assert redacted(cleaner, "It is jo @ home . example yes") == "It is [EMAIL] yes"
