import datetime as dt
from pathlib import Path

import pytest

from feedback.i18n import formats, gettext, ngettext, speaking
from feedback.i18n.templates import environment

AT = dt.datetime(2026, 3, 1, 14, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("code", "day", "time", "number"),
    [
        ("en", "1 March 2026", "1 Mar 2026, 14:05", "12,345.7"),
        ("cy", "1 Mawrth 2026", "1 Maw 2026, 14:05", "12,345.7"),
        ("fr", "1 mars 2026", "1 mars 2026, 14:05", "12\u202f345,7"),
        ("pl", "1 marca 2026", "1 mar 2026, 14:05", "12\xa0345,7"),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_writes_them(code: str, day: str, time: str, number: str) -> None:
    with speaking(code):
        assert (formats.long_date(AT), formats.date_and_time(AT)) == (day, time)
        assert time.startswith(formats.short_date(AT))
        assert formats.number(12345.678, 1) == number


@pytest.mark.parametrize(
    ("code", "share", "exact", "little", "change"),
    [
        ("en", "65%", "99.5%", "<\xa01%", ("−62%", "+1,200%")),
        ("cy", "65%", "99.5%", "<\xa01%", ("−62%", "+1,200%")),
        ("fr", "65\xa0%", "99,5\xa0%", "<\xa01\xa0%", ("−62\xa0%", "+1\u202f200\xa0%")),
    ],
)
def test_shares_are_written_as_the_language_writes_them(
    code: str, share: str, exact: str, little: str, change: tuple[str, str]
) -> None:
    with speaking(code):
        written = formats.percent(0.65), formats.percent(0.995, 1), formats.percent(0.002)
        assert written == (share, exact, little)
        assert tuple(formats.percent(one, signed=True) for one in (-0.62, 12.0)) == change


def test_nothing_is_written_without_a_sign() -> None:
    assert [formats.number(value, decimals) for value, decimals in ((-0.2, 0), (0, 0), (-0.04, 1), (-1, 0))] == [
        *("0", "0", "0.0", "-1"),
    ]


def test_a_language_says_what_it_calls_itself_and_in_which_direction_it_runs() -> None:
    assert [formats.own_name(code) for code in ("en", "cy", "fr", "pl", "ur")] == [
        *("English", "Cymraeg", "Français", "Polski", "اردو"),
    ]
    with speaking("ur"):
        assert (formats.tag(), formats.direction()) == ("ur", "rtl")
    assert (formats.tag(), formats.direction()) == ("en-GB", "ltr")


def test_what_a_catalogue_lacks_stays_english_with_its_values_and_percent_signs() -> None:
    with speaking("cy"):
        assert gettext("%(name)s in the sky: 5 %%", name="Pie") == "Pie in the sky: 5 %"
        assert ngettext("%(num)s pie", "%(num)s pies", 2) == "2 pies"


def test_large_numbers_in_a_text_are_written_as_the_language_writes_them(tmp_path: Path) -> None:
    assert ngettext("%(num)s pie", "%(num)s pies", 1484) == "1,484 pies"
    (tmp_path / "pies").write_text(
        "{{ ngettext('%(num)s pie', '%(num)s pies', 1484) }}, {% trans pies=1484 %}{{ pies }} of them{% endtrans %},"
        " {% trans count=1484 %}one{% pluralize %}{{ count }} more{% endtrans %}, {{ _('key %(id)s', id='1484') }}"
    )
    template = environment(tmp_path).get_template("pies")
    assert template.render() == "1,484 pies, 1,484 of them, 1,484 more, key 1484"
    with speaking("fr"):
        assert template.render().startswith("1\u202f484 pies, 1\u202f484")
