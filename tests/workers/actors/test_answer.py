"""Who asked to hear of it is told once, by the way they left, in their language, and then forgotten."""

import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.models import Contact, Feedback, Issue
from feedback.record.privacy import contacts
from feedback.record.states import IssueStatus
from insights.issues.decisions import lifecycle
from insights.issues.decisions.lifecycle import IssueDecision
from insights.replies.transports import mobile
from tests.conftest import RealServers
from tests.insights import made_up, suppliers
from tests.insights.mailbox import Box
from tests.insights.suppliers import Telephones
from workers.actors.answer import ANSWER, ANSWER_THREADS, answer
from workers.runtime.actor import Worker, work_once

NUMBER = "+447700900123"


def with_settings(worker: Worker, **settings: object) -> Worker:
    record = worker.record
    return replace(worker, record=Record(replace(record.settings, **settings), record.engine))  # type: ignore[arg-type]


@pytest.fixture
def notify() -> Iterator[Telephones]:
    with suppliers.notify() as found:
        yield found


@pytest.fixture
def texting(worker: Worker, notify: Telephones) -> Worker:
    """A worker that texts through Notify."""
    return with_settings(worker, **suppliers.settings("notify", notify.url))


def resolved(record: Record, slug: str, contact: str, language: str = "en") -> None:
    """An issue, resolved, of which one citizen spoke who left this contact."""
    with record.transaction() as session:
        issue = made_up.issue(session, slug)
        piece = made_up.report(session, issue, "The photo page fails", language=language)
        contacts.store(session, record.keys, {piece.id: contact})
        session.flush()
        lifecycle.decide(session, made_up.EDITOR, issue, IssueDecision(status=IssueStatus.RESOLVED, reason="Mended"))


def reopened(record: Record) -> None:
    with record.transaction() as session:
        issue = session.scalars(select(Issue)).one()
        lifecycle.decide(session, made_up.EDITOR, issue, IssueDecision(status=IssueStatus.OPEN))


def kept(record: Record) -> list[str]:
    with record.transaction() as session:
        return list(session.scalars(select(Contact.stage)))


def receipt(record: Record) -> str:
    with record.transaction() as session:
        return session.scalars(select(Feedback.receipt)).one()


def later(record: Record, wait: dt.timedelta) -> None:
    with record.transaction() as session:
        session.execute(update(Contact).values(due_at=Contact.due_at - wait))


def test_one_mail_tells_of_it_and_the_address_is_destroyed(
    worker: Worker, blue_badge: str, box: tuple[Box, str]
) -> None:
    mailing = with_settings(worker, smtp_url=box[1])
    resolved(worker.record, blue_badge, "citizen@example.org")
    assert work_once(mailing, ANSWER) and not work_once(mailing, ANSWER)
    [letter] = box[0].mails
    body, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert letter["To"] == "citizen@example.org" and body and page
    assert f"/receipts/{receipt(worker.record)}?lang=en" in body.get_content()
    assert f'/receipts/{receipt(worker.record)}?lang=en">' in page.get_content()
    assert kept(worker.record) == []


def test_who_spoke_of_it_in_several_pieces_is_told_once(worker: Worker, blue_badge: str, box: tuple[Box, str]) -> None:
    mailing, record = with_settings(worker, smtp_url=box[1]), worker.record
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        for n, contact in enumerate(("Sam@example.org", "sam@example.org", "eve@example.org", "sam@example.org")):
            piece = made_up.report(session, issue, f"The photo page fails, {n}")
            contacts.store(session, record.keys, {piece.id: contact})
        session.flush()
        lifecycle.decide(session, made_up.EDITOR, issue, IssueDecision(status=IssueStatus.RESOLVED, reason="Mended"))
    while work_once(mailing, ANSWER):
        pass
    assert sorted(str(letter["To"]).lower() for letter in box[0].mails) == ["eve@example.org", "sam@example.org"]
    assert kept(record) == []


def test_one_text_through_notify_tells_of_it_and_the_number_is_destroyed(
    texting: Worker, blue_badge: str, notify: Telephones
) -> None:
    resolved(texting.record, blue_badge, "07700 900123")
    assert work_once(texting, ANSWER) and not work_once(texting, ANSWER)
    [text] = notify.sent
    assert text.to == NUMBER
    assert text.words.startswith('Blue Badge: you told us about "Photo will not upload".')
    assert f"/receipts/{receipt(texting.record)}?lang=en" in text.words
    assert kept(texting.record) == []


def test_who_wrote_in_welsh_is_told_in_welsh_by_welsh_names(
    texting: Worker, blue_badge: str, notify: Telephones
) -> None:
    resolved(texting.record, blue_badge, NUMBER, language="cy")
    with texting.record.transaction() as session:
        services.set_properties(access.service(session, blue_badge), {"names": {"cy": "Bathodyn Glas"}})
        session.scalars(select(Issue)).one().titles = {"en": "Photo will not upload", "cy": "Methu llwytho llun"}
    work_once(texting, ANSWER)
    [text] = notify.sent
    assert text.words.startswith('Bathodyn Glas: dywedoch wrthym am "Methu llwytho llun".')
    assert "?lang=cy" in text.words


@pytest.mark.parametrize(("sender", "seen"), [(None, "+447700900001"), ("MG0123", "MG0123")])
def test_a_text_through_twilio_comes_from_the_number_that_was_written_to_or_the_one_that_is_set(
    sender: str | None, seen: str, worker: Worker, blue_badge: str
) -> None:
    with worker.record.transaction() as session:
        services.set_properties(access.service(session, blue_badge), {"sms_numbers": ["447700900001"]})
    resolved(worker.record, blue_badge, NUMBER)
    with suppliers.twilio() as phones:
        texting = with_settings(worker, **suppliers.settings("twilio", phones.url) | {"twilio_from": sender})
        work_once(texting, ANSWER)
        assert [(text.to, text.sender) for text in phones.sent] == [(NUMBER, seen)]
    assert kept(worker.record) == []


@pytest.mark.parametrize("supplier", ["notify", "twilio"])
def test_a_text_that_got_through_before_its_worker_died_is_not_sent_again(
    supplier: str, worker: Worker, blue_badge: str, servers: RealServers
) -> None:
    resolved(worker.record, blue_badge, NUMBER)
    with getattr(suppliers, supplier)() as phones:
        command = [sys.executable, "-m", "tests.workers.actors.dying_to_tell", supplier, phones.url]
        dying = subprocess.run([*command, servers.database_url, servers.redis_url, str(servers.data)], check=False)
        assert dying.returncode == -signal.SIGKILL
        assert len(phones.sent) == 1
        texting = with_settings(worker, **suppliers.settings(supplier, phones.url))
        while kept(worker.record):  # until the store has noticed the death
            work_once(texting, ANSWER)
        assert len(phones.sent) == 1


@pytest.mark.parametrize(
    ("status", "wait"),
    [
        (500, dt.timedelta(minutes=15)),
        (503, dt.timedelta(minutes=15)),
        (429, dt.timedelta(minutes=15)),
        (403, dt.timedelta(minutes=15)),
        (400, dt.timedelta(days=1)),
    ],
)
def test_what_does_not_get_through_is_tried_again_and_what_is_refused_much_later(
    status: int, wait: dt.timedelta, texting: Worker, blue_badge: str, notify: Telephones
) -> None:
    resolved(texting.record, blue_badge, NUMBER)
    notify.status = status
    assert work_once(texting, ANSWER) and not work_once(texting, ANSWER)
    assert kept(texting.record) == ["waiting"]
    notify.status = 201
    later(texting.record, wait - dt.timedelta(minutes=1))
    assert not work_once(texting, ANSWER)
    later(texting.record, dt.timedelta(minutes=1))
    assert work_once(texting, ANSWER)
    assert (len(notify.sent), kept(texting.record)) == (1, [])


@pytest.mark.parametrize("contact", ["citizen@example.org", NUMBER])
def test_a_server_that_is_away_is_asked_later(contact: str, worker: Worker, blue_badge: str) -> None:
    away = "127.0.0.1:9"
    settings = suppliers.settings("notify", f"http://{away}")
    helpless = with_settings(worker, smtp_url=f"smtp://{away}", **settings)
    resolved(worker.record, blue_badge, contact)
    assert work_once(helpless, ANSWER) and not work_once(helpless, ANSWER)
    assert kept(worker.record) == ["waiting"]


def test_who_could_not_be_reached_in_a_week_is_forgotten(worker: Worker, blue_badge: str) -> None:
    resolved(worker.record, blue_badge, NUMBER)
    for age, left in ((dt.timedelta(days=6), ["waiting"]), (dt.timedelta(days=2), [])):
        with worker.record.transaction() as session:
            session.execute(update(Issue).values(status_at=Issue.status_at - age))
            contacts.shred_expired(session)
        assert kept(worker.record) == left


def test_nobody_is_told_that_what_is_open_again_is_resolved(
    texting: Worker, blue_badge: str, notify: Telephones
) -> None:
    resolved(texting.record, blue_badge, NUMBER)
    reopened(texting.record)
    assert not work_once(texting, ANSWER)
    assert (notify.sent, kept(texting.record)) == ([], ["kept"])


def test_a_supplier_that_hangs_keeps_only_a_few_threads_from_sending_alerts(
    texting: Worker, blue_badge: str, notify: Telephones
) -> None:
    resolved(texting.record, blue_badge, NUMBER)
    held = [ANSWER_THREADS.acquire() for _ in range(4)]
    answer(texting)
    assert (notify.sent, kept(texting.record)) == ([], ["waiting"])
    for _ in held:
        ANSWER_THREADS.release()
    answer(texting)
    assert len(notify.sent) == 1


@pytest.mark.parametrize(
    ("contact", "number"),
    [
        ("07700 900123", NUMBER),
        ("+44 (0)7700 900123", NUMBER),
        ("00447700900123", NUMBER),
        ("020 7946 0000", None),
        ("+1 900 555 0123", None),
        ("+371 81 000 000", None),
        ("07012 345678", None),
        ("7700", None),
        ("call me", None),
    ],
)
def test_only_british_mobile_numbers_are_texted(contact: str, number: str | None) -> None:
    assert mobile(contact) == number
