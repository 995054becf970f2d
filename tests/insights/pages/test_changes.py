"""Changes of a service are entered, or taken from a calendar that was looked through, and taken back as a whole."""

import datetime as dt
import json
import re
import time
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.errors import Malformed
from feedback.record.models import AuditEntry, Change, ChangeImport
from insights.issues.decisions import calendar_file, calendar_reading
from insights.issues.decisions.calendar_file import MOST_EVENTS, CalendarFile
from tests.insights.pages.signed_in import OURS, Client, signed_in, words_of

AT = "/dashboard/blue-badge/changes"
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def calendar(*events: str) -> bytes:
    """A file of these events, each its lines."""
    parts = [f"BEGIN:VEVENT\nUID:{place}\n{event}\nEND:VEVENT" for place, event in enumerate(events)]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", *parts, "END:VCALENDAR", ""]
    return "\n".join(lines).replace("\n", "\r\n").encode()


def read(*events: str) -> CalendarFile:
    return calendar_reading.read(calendar(*events), "Europe/London", NOW)


WEEKLY = (
    "SUMMARY:Deployment\\, weekly\nDTSTART;TZID=GMT Standard Time:20260302T090000\n"
    "DTEND;TZID=GMT Standard Time:20260302T093000\nRRULE:FREQ=WEEKLY;COUNT=6\n"
    "EXDATE;TZID=GMT Standard Time:20260309T090000\nURL:https://example.org/releases"
)
ALL_DAY = "SUMMARY:Letters go out\nDTSTART;VALUE=DATE:20260501\nDTEND;VALUE=DATE:20260503"
FLOATING = "SUMMARY:Release 2.41\nDTSTART:20260510T100000"


def test_repeats_are_told_one_by_one_each_in_its_own_time() -> None:
    events = read(WEEKLY).events
    assert [f"{event.at.astimezone(dt.UTC):%d %b %H:%M}" for event in events] == [
        *("02 Mar 09:00", "16 Mar 09:00", "23 Mar 09:00", "30 Mar 08:00", "06 Apr 08:00")
    ]
    assert {event.what for event in events} == {"Deployment, weekly"}
    assert {event.link for event in events} == {"https://example.org/releases"}
    assert all(event.until and event.until - event.at == dt.timedelta(minutes=30) for event in events)


def test_days_and_times_without_a_zone_are_those_of_the_service() -> None:
    letters, release = read(FLOATING, ALL_DAY).events
    assert (letters.at.isoformat(), letters.until and letters.until.isoformat()) == (
        *("2026-05-01T00:00:00+01:00", "2026-05-03T00:00:00+01:00"),
    )
    assert (release.at.isoformat(), release.until) == ("2026-05-10T10:00:00+01:00", None)


def test_what_is_cancelled_long_ago_nameless_or_broken_is_left_out_and_loses_no_other() -> None:
    held = read(
        f"{FLOATING}\nSTATUS:CANCELLED",
        "SUMMARY:Old\nDTSTART:20200101T100000",
        "DTSTART:20260510T100000",
        "SUMMARY:No day\nDTSTART:soon",
        "SUMMARY:No start",
        "SUMMARY:Every second\nDTSTART:20260510T100000\nRRULE:FREQ=SECONDLY",
        "SUMMARY:Never ends\nDTSTART:20260510T100000\nRRULE:FREQ=DAILY;INTERVAL=0",
        "SUMMARY:Long begun\nDTSTART:00010101T100000\nRRULE:FREQ=DAILY",
        FLOATING,
    )
    assert [event.what for event in held.events] == ["Release 2.41"]
    assert held.skipped == 6


def test_what_repeats_for_ever_is_bounded() -> None:
    begun = time.monotonic()
    held = read(*["SUMMARY:Daily\nDTSTART:20200510T100000Z\nRRULE:FREQ=DAILY"] * 3)
    assert (len(held.events), held.has_more) == (MOST_EVENTS, True)
    assert time.monotonic() - begun < 20


def test_a_file_that_is_never_reckoned_to_its_end_keeps_nobody_waiting(
    client: Client, record: Record, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_file, "MOST_SECONDS", 3)
    never = "SUMMARY:Never\nDTSTART:20200101\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    editor = signed_in(client, record, Role.editor, blue_badge)
    page = editor.post(f"{AT}/calendar", files={"file": ("bomb.ics", calendar(*[never] * 1000))}, headers=OURS)
    assert page.status_code == 400 and "it repeats too often to be reckoned" in page.text


@pytest.mark.parametrize("body", [b"", b"x", b"\xff\xfe\0", b"BEGIN:VCALENDAR\r\n", b"what,when\r\n1,2\r\n"])
def test_what_is_no_calendar_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        calendar_reading.read(body, "Europe/London", NOW)


def changes(record: Record) -> list[tuple[str, str]]:
    with record.transaction() as session:
        return [(row.kind, row.what) for row in session.scalars(select(Change).order_by(Change.at, Change.id))]


def lately(days: int) -> str:
    return f"{dt.datetime.now(dt.UTC) - dt.timedelta(days=days):%Y%m%dT100000Z}"


def test_an_editor_looks_through_a_calendar_takes_some_of_it_and_takes_it_back(
    client: Client, record: Record, blue_badge: str
) -> None:
    editor = signed_in(client, record, Role.editor, blue_badge)
    body = calendar(*(f"SUMMARY:Release {n}\nDTSTART:{lately(9 - n)}" for n in range(3)))
    page = editor.post(f"{AT}/calendar", files={"file": ("releases.ics", body)}, headers=OURS)
    assert "releases.ics holds 3 events" in words_of(page) and changes(record) == []
    [events] = re.findall(r'name="events" value="([^"]*)"', page.text)
    form: dict[str, Any] = {"file": "releases.ics", "events": unescape(events), "kind": "release", "take": ["0", "2"]}
    for _ in range(2):  # sent twice, taken once
        page = editor.post(f"{AT}/calendar/take", data=form, headers=OURS)
    assert changes(record) == [("release", "Release 0"), ("release", "Release 2")]
    assert "releases.ics" in words_of(page)
    again = editor.post(f"{AT}/calendar/take", data=form | {"kind": "planned_work"}, headers=OURS)
    assert again.status_code == 400 and "Planned work has an end" in again.text
    editor.post(AT, data={"what": "Outage of the site", "kind": "outage", "at": "2026-03-02T10:00"}, headers=OURS)
    with record.transaction() as session:
        taken = session.scalars(select(ChangeImport.id)).one()
    editor.post(f"{AT}/imports/{taken}/take-back", headers=OURS)
    assert changes(record) == [("outage", "Outage of the site")]
    with record.transaction() as session:
        [left] = session.scalars(select(Change.id))
        acts = session.scalars(select(AuditEntry.act)).all()
    assert acts.count("changes imported") == acts.count("changes taken back") == 1
    editor.post(f"{AT}/{left}/remove", headers=OURS)
    assert changes(record) == []


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"what": ""}, "what"),
        ({"what": "a", "kind": "party"}, "kind"),
        ({"what": "a", "at": "soon"}, "at"),
        ({"what": "a", "at": "2026-03-02T10:00", "until": "2026-03-01T10:00"}, "until"),
        ({"what": "a", "kind": "planned_work", "at": "2026-03-02T10:00"}, "until"),
        ({"what": "a", "link": "javascript:alert(1)"}, "link"),
    ],
)
def test_what_is_wrong_with_a_change_is_told_beside_its_field(
    client: Client, record: Record, blue_badge: str, typed: dict[str, str], field: str
) -> None:
    editor = signed_in(client, record, Role.editor, blue_badge)
    page = editor.post(AT, data={"kind": "release"} | typed, headers=OURS)
    assert (page.status_code, re.findall(r'href="#(\w+)">', page.text.partition("errors")[2])[:1]) == (400, [field])
    assert changes(record) == []


def test_readers_only_look_and_nobody_reaches_the_changes_of_another_service(
    client: Client, record: Record, blue_badge: str
) -> None:
    reader = signed_in(client, record, Role.reader, blue_badge)
    assert "Enter a change" not in words_of(reader.get(AT))
    for path in (AT, f"{AT}/calendar", f"{AT}/calendar/take"):
        assert reader.post(path, data={}, headers=OURS).status_code == 403, path
    editor = signed_in(client, record, Role.editor, blue_badge)
    for events in ("x", "[1]", json.dumps([{"what": "", "at": "2026-01-01T00:00:00Z"}])):
        form = {"events": events, "kind": "release", "take": "0"}
        assert editor.post(f"{AT}/calendar/take", data=form, headers=OURS).status_code == 400
    with record.transaction() as session:
        other = access.service(session, blue_badge).id
        assert session.scalars(select(Change.id).where(Change.service_id == other)).all() == []
