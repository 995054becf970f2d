import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.clean.cleaner import Cleaner
from tests.nlp.clean.redacting import redacted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call me on 07700 900123.", "Call me on [PHONE]."),
        ("+44 (0)20 7946 0018 is best", "[PHONE] is best"),
        ("write to jo.bloggs@example.org please", "write to [EMAIL] please"),
        ("write to jo dot bloggs at example dot org", "write to [EMAIL]"),
        ("I live at LS6 2AB", "I live at [POSTCODE]"),
        ("my nhs number is 943 476 5919", "my nhs number is [NHS_NUMBER]"),
        ("my NHS number is 943 476 5910, mistyped", "my NHS number is [NHS_NUMBER], mistyped"),
        ("NI number ab-12-34-56-c", "NI number [NINO]"),
        ("NI number AB 12\n34 56 C", "NI number [NINO]"),
        ("my national insurance number is AB123456", "my national insurance number is [NINO]"),
        ("paid by card 4111 1111 1111 1111", "paid by card [CARD]"),
        ("my date of birth is 3 May 1956", "my date of birth is [DATE_OF_BIRTH]"),
        ("reg AB12 CDE was ticketed", "reg [VEHICLE] was ticketed"),
        ("my passport 123456789 is lost", "my passport [PASSPORT] is lost"),
        ("licence MORGA657054SM9IJ", "licence [DRIVING_LICENCE]"),
        ("my UTR is 12345 67890", "my UTR is [UTR]"),
        ("I live at 12 Acacia Avenue.", "I live at [ADDRESS]."),
        ("my name is siobhan entwistle", "my name is [NAME]"),
        ("I SPOKE TO MRS HARGREAVES ABOUT IT", "I SPOKE TO [NAME] ABOUT IT"),
        ("Gareth on the desk kept me waiting", "[NAME] on the desk kept me waiting"),
        ("ring oh seven seven double nine four one two three four five six", "ring [PHONE]"),
        ("mail ｊｏ@example.org", "mail [EMAIL]"),
        ("call +44 7700 900123 or 07700-900-123", "call [PHONE] or [PHONE]"),
        ("mob +44 7700 900 123, home 01248 555123", "mob [PHONE], home [PHONE]"),
        ("sort 20-00-00 account 12345678", "sort [BANK_ACCOUNT]"),
        ("call 077\u200b00 900\u200b123", "call [PHONE]"),
        ("فون نمبر ۰۷۷۰۰۹۰۰۱۲۳", "فون نمبر [PHONE]"),
    ],
)
def test_each_kind_of_personal_data_becomes_its_placeholder(cleaner: Cleaner, text: str, expected: str) -> None:
    assert redacted(cleaner, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The page 9434765919 is missing",
        "I waited 3 hours at Lincoln County Hospital",
        "The potholes on High Street are deep",
        "Two buses in 20 min, then none at 15 past",
        "No change since 12/03/2024, order 12345678",
        "The agent said [PII] would ring",
        "Roedd y parcio yn ofnadwy ac roedd neb ar gael",
    ],
)
def test_what_carries_the_complaint_stays(cleaner: Cleaner, text: str) -> None:
    assert redacted(cleaner, text) == text


def test_page_addresses_and_file_names_are_redacted_too(cleaner: Cleaner) -> None:
    assert "bloggs" not in redacted(cleaner, "https://example.org/reset?email=jo.bloggs@example.org&step=2")
    assert "07700900123" not in redacted(cleaner, "scan-07700900123.pdf")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://c.example/x/jane.doe%40home.example/y", "https://c.example/x/[EMAIL]/y"),
        ("https://c.example/x?m=jane.doe%2540home.example", "https://c.example/x?m=[EMAIL]"),
        ("https://c.example/BS3+4AB", "https://c.example/[POSTCODE]"),
        ("https://c.example/BS3%204AB/AB%2012%2034%2056%20C", "https://c.example/[POSTCODE]/[NINO]"),
        ("https://c.example/people/Jane%20Doe", "https://c.example/people/[NAME]"),
        ("https://c.example/?q=Jane+Doe", "https://c.example/?q=[NAME]"),
        ("mail jane.doe&#64;home.example", "mail [EMAIL]"),
        ("mail jane.doe&#x40home.example", "mail [EMAIL]"),
        ("ring 07700&nbsp;900461", "ring [PHONE]"),
        ("ring 0\u03337\u03337\u03330\u033300900461", "ring [PHONE]"),
        ("ring 077\u034f00900\u034f461", "ring [PHONE]"),
        ("ring\u280007700900461\u2800now", "ring\u2800[PHONE]\u2800now"),
        ("ring 077\u280000\u28009\u280000461", "ring [PHONE]"),
        ("ring\u316407700900461", "ring\u3164[PHONE]"),
        ("ring 07\x0177\x0200900461", "ring [PHONE]"),
        ("ring 07700_900_461", "ring [PHONE]"),
        ("jane_doe_07700900461.pdf", "[NAME]_[PHONE].pdf"),
        ("ring O77OO 9OO46l please", "ring [PHONE] please"),
        ("NI number AB l2 34 56 C", "NI number [NINO]"),
        ("ring 07700[AB]900461", "ring [PHONE]"),
        ("ring 07700 [PHONE] 900461", "ring [PHONE]"),
        ("mail jane[AB].doe@home.example", "mail [EMAIL]"),
        ("It was [JANE_DOE]", "It was [[NAME]]"),
        ("Siobha\u0301n was kind", "[NAME] was kind"),
    ],
)
def test_a_disguise_hides_nothing(cleaner: Cleaner, text: str, expected: str) -> None:
    assert redacted(cleaner, text) == expected


def test_a_number_in_keycaps_is_a_number(cleaner: Cleaner) -> None:
    text = "ring " + "".join(f"{digit}\ufe0f\u20e3" for digit in "07700900461")
    assert redacted(cleaner, text).startswith("ring [PHONE]")


@pytest.mark.parametrize(
    "text",
    [
        "100% of it &amp; 20% more, AT&T; 5%20 off",
        "I wrote a+b in bus_lane_22 at 5l and 10l",
        "café on the corner, it’s cold",
        "The [STAFF_NAME] rang on [DATE_OF_BIRTH]",
        "https://c.example/bins/missed_collection?step=2+of+3",
    ],
)
def test_what_looks_like_a_disguise_and_is_none_stays(cleaner: Cleaner, text: str) -> None:
    assert redacted(cleaner, text) == text


def test_a_failing_recogniser_raises_and_hands_out_nothing(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(cleaner._redactor, "_scan", fail)
    with pytest.raises(TimeoutError):
        cleaner.clean(["My number is 07700 900123"])


awkward = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                "07700 900123",
                "jo@example.org",
                "LS6 2AB",
                "my name is",
                "Siobhan",
                "double",
                "seven",
                "at",
                "dot",
                "\u200b",
                "٣",
                "Ａ",
                "[NAME]",
                "\n",
                "AB 12 34 56 C",
                "12 Acacia Avenue",
                "’",
                "DR",
                "ß",
                "İ",
            ]
        ),
        max_size=9,
    ).map(" ".join),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=awkward)
def test_any_text_yields_ordered_spans_that_do_not_overlap(cleaner: Cleaner, text: str) -> None:
    [(out, spans)] = cleaner.redact([text])
    places = [edge for span in spans for edge in (span.start, span.end)]
    assert places == sorted(places)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert len(out) == len(text) + sum(len(span.entity) + 2 - (span.end - span.start) for span in spans)


@settings(max_examples=60, deadline=None)
@given(number=st.integers(0, 99_999_999), before=st.sampled_from(["ring ", "", "Tel:", "my number is "]))
def test_a_mobile_number_never_survives(cleaner: Cleaner, number: int, before: str) -> None:
    value = f"079{number:08d}"
    assert value not in redacted(cleaner, f"{before}{value} thank you")


@settings(max_examples=60, deadline=None)
@given(text=awkward)
def test_what_is_redacted_stays_as_it_is_when_it_is_redacted_again(cleaner: Cleaner, text: str) -> None:
    [(once, spans)] = cleaner.redact([text])
    [(twice, _)] = cleaner.redact([once])
    for span in spans:
        assert twice.count(f"[{span.entity}]") >= sum(other.entity == span.entity for other in spans)


def test_a_name_in_brackets_is_no_placeholder(cleaner: Cleaner) -> None:
    assert "SMITH" not in redacted(cleaner, "It was [SMITH] who did it")
    assert redacted(cleaner, "Caller [PII] said [NAME] rang") == "Caller [PII] said [NAME] rang"


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Please ask mrs king about it", "king"),
        ("Regards, Ben May", "May"),
        ("Agent: What's your name? Caller: Jildau", "Jildau"),
        ("Louise, Brabec and Suze were kind", "Brabec"),
        ("yes it's L S one four A B", "four A B"),
        ("my reg is alpha bravo one two charlie delta echo", "bravo"),
        ("Rwyf yn byw yn 12 Ffordd y Coleg", "Coleg"),
        ("Roedd Siân ar y dderbynfa", "Siân"),
        ("Karen and team were great", "Karen"),
        ("Ask Sarah staff nurse about it", "Sarah"),
        ("Sandra practice nurse was kind", "Sandra"),
        ("Thank you\nKaren Ogden\nWard clerk", "Karen"),
        ("I saw Emma health visitor on Monday", "Emma"),
        ("My name is Ravi Sen and I wait", "Sen"),
        ("Hi, my name is Esa", "Esa"),
        ("My name is Jennifer Ward", "Ward"),
        ("Full name MR D OYELARAN", "OYELARAN"),
        ("Tenant: K Adebayo, ground floor", "K "),
        ("Linda, Pat and Jo on reception", "Pat"),
        ("Thanks again\nShaz x", "Shaz"),
        ("born the twelfth of march nineteen fifty six", "twelfth"),
        ("date of birth is the ninth of the fourth fifty eight", "ninth"),
        ("Dyddiad geni: 4 Mawrth 1961", "Mawrth"),
        ("i live at number seven elm grove", "elm"),
        ("I live at Rose Cottage, Church Lane", "Rose"),
        ("dave underscore smith ninety nine at example dot com", "ninety"),
        ("ring double oh four four seven seven double oh nine double oh four five six", "double"),
        ("my ni is papa x-ray one two three four five six bravo", "papa"),
        ("passport no. GBR512345678", "GBR"),
    ],
)
def test_it_goes_however_it_is_said(cleaner: Cleaner, text: str, gone: str) -> None:
    assert gone not in redacted(cleaner, text)


def test_in_what_capacity_somebody_acted_stays(cleaner: Cleaner) -> None:
    assert redacted(cleaner, "The nurse Yvonne and Cllr Jones came") == "The nurse [NAME] and Cllr [NAME] came"


@pytest.mark.parametrize(
    "text",
    [
        "I went to St Luke's on Monday",
        "My wife, post stroke, was well cared for",
        "I spoke to Ms X",
        "emma may or may not",
        "The echo from the victor hotel",
        "All on Harvey 1 were kind",
        "The TED staff helped",
        "My son has SEN and the SEN team is slow",
        "We were moved off ESA to UC",
        "My Olanzapine was late, says Capita",
        "Referred by CAHMS to the East Leake area",
        "Rowan House smells of damp, Nelson Mandela House too",
        "Adele Road and Toller Lane need speed bumps",
        "Roedd y nyrsys yn Ysbyty Gwynedd yn wych",
        "Diolch yn fawr, mae Heol y Frenhines ar gau",
        "We moved two doors down the street",
        "The Winston Churchill pub is noisy",
        "The Marie Curie nurses came, and the aftercare. Aftercare was brilliant",
    ],
)
def test_what_carries_the_meaning_stays(cleaner: Cleaner, text: str) -> None:
    assert redacted(cleaner, text).replace("[NAME]", "emma") == text
