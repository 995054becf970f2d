import datetime as dt

import pytest

from feedback.record import services
from feedback.record.calendar import SUBDIVISIONS, bank_holidays, bank_holidays_began
from feedback.record.errors import Malformed
from feedback.record.models import Properties, Service
from feedback.record.states import Nation


def test_every_nation_keeps_its_own_bank_holidays() -> None:
    assert set(SUBDIVISIONS) == set(Nation)
    st_andrew, st_patrick, easter_monday = dt.date(2026, 11, 30), dt.date(2026, 3, 17), dt.date(2026, 4, 6)
    of_2026 = {nation: bank_holidays(nation, [2026]) for nation in Nation}
    assert [nation for nation in Nation if st_andrew in of_2026[nation]] == [Nation.SCOTLAND]
    assert [nation for nation in Nation if st_patrick in of_2026[nation]] == [Nation.NORTHERN_IRELAND]
    assert [nation for nation in Nation if easter_monday not in of_2026[nation]] == [Nation.SCOTLAND]
    assert all(dt.date(2026, 12, 25) in days for days in of_2026.values())


def test_christmas_on_a_sunday_is_kept_on_a_weekday_too() -> None:
    assert dt.date(2022, 12, 27) in bank_holidays(Nation.WALES, [2022])


def test_a_holiday_begins_at_midnight_where_the_service_is() -> None:
    april, june = dt.datetime(2026, 4, 5, tzinfo=dt.UTC), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    began = bank_holidays_began(Nation.ENGLAND, "Europe/London", april, june)
    assert [moment.astimezone(dt.UTC).isoformat() for moment in began] == [
        "2026-04-05T23:00:00+00:00",
        "2026-05-03T23:00:00+00:00",
        "2026-05-24T23:00:00+00:00",
    ]


def test_several_years_are_the_holidays_of_each() -> None:
    both = bank_holidays(Nation.ENGLAND, range(2025, 2027))
    assert both == bank_holidays(Nation.ENGLAND, [2025]) | bank_holidays(Nation.ENGLAND, [2026])
    assert {day.year for day in both} == {2025, 2026}


def test_a_service_keeps_the_holidays_of_a_nation_that_there_is() -> None:
    service = Service(slug="libraries", name="Libraries", stored_properties={})
    assert service.properties.nation == "england"
    services.set_properties(service, {"nation": "northern-ireland"})
    assert bank_holidays(service.properties.nation, [2026]) == bank_holidays(Nation.NORTHERN_IRELAND, [2026])
    with pytest.raises(Malformed, match="nation"):
        services.set_properties(service, {"nation": "narnia"})


def test_a_nation_that_an_earlier_version_took_as_any_text_is_england() -> None:
    service = Service(slug="libraries", name="Libraries", stored_properties={"nation": "Cymru", "colour": "#000000"})
    assert service.properties == Properties(nation=Nation.ENGLAND, colour="#000000")
