"""Copies on a real store: who said it again counts once, who says it too counts."""

import datetime as dt
import uuid
from collections.abc import Sequence

from litestar import Litestar
from litestar.testing import RequestFactory, TestClient
from sqlalchemy import event, func, select, update

from feedback.record.models import Feedback, Statement
from feedback.record.privacy import erasure, raw, subject_access
from feedback.record.privacy.senders import forget_senders, sender_digest
from feedback.record.states import ChannelName
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival, Visitor
from ingest.intake.dependencies import visitor_of
from tests.walking import walk
from workers.runtime.actor import Worker

Client = TestClient[Litestar]

NOW = dt.datetime.now(dt.UTC)
DOWN = "the website is down"
LONG = (
    "They want to close the library in our street and nobody has asked any of us about it although our children "
    "go there every week"
)


def text_from(worker: Worker, *sent: tuple[str, str | None], at: dt.datetime = NOW) -> None:
    """Texts with the numbers of their senders."""
    arrivals = [
        Arrival("blue-badge", text, ChannelName.SMS, "test", sender=number, submitted_at=at) for text, number in sent
    ]
    with worker.record.transaction() as session:
        accept(session, worker.record.keys, arrivals, NOW)


def weights(worker: Worker) -> list[int]:
    with worker.record.transaction() as session:
        return list(session.scalars(select(Feedback.weight).order_by(Feedback.id)))


def told(worker: Worker) -> list[list[str]]:
    with worker.record.transaction() as session:
        rows = session.scalars(select(Feedback.verdicts).order_by(Feedback.id))
        return [[verdict["name"] for verdict in verdicts] for verdicts in rows]


def numbers(count: int) -> Sequence[str]:
    return [f"+4477009001{number:02}" for number in range(count)]


def test_thirty_people_who_text_the_same_few_words_count_thirty_times(worker: Worker, blue_badge: str) -> None:
    text_from(worker, *((DOWN, number) for number in numbers(30)))
    walk(worker)
    assert weights(worker) == [1] * 30
    assert told(worker) == [[]] * 30


def test_one_who_texts_the_same_few_words_again_counts_once(worker: Worker, blue_badge: str) -> None:
    [number] = numbers(1)
    text_from(worker, (DOWN, number))
    walk(worker)
    for text, written in (("The website is down!", "07700 900100"), ("The website is down again", number)):
        text_from(worker, (text, written))
    text_from(worker, ("Where is my badge?", number))
    walk(worker)
    assert sorted(weights(worker)) == [0, 0, 1, 1]
    assert sorted(told(worker)) == [[], [], ["duplicate"], ["duplicate"]]


def test_a_long_text_that_many_send_counts_once_and_says_why(
    client: Client, worker: Worker, blue_badge: str, admin: dict[str, str]
) -> None:
    changed = LONG.replace("children", "grandchildren")
    text_from(worker, *((text, number) for text, number in zip((LONG, changed, LONG), numbers(3), strict=True)))
    walk(worker)
    assert weights(worker) == [1, 0, 0]
    pieces = client.get("/v1/services/blue-badge/feedback", headers=admin).json()["items"]
    assert [piece["verdicts"][0]["name"] for piece in pieces] == ["campaign"] * 3
    assert {piece["copy_of"] for piece in pieces} == {None, pieces[-1]["id"]}
    assert pieces[0]["verdicts"][0]["reason"] == "the same long text, or nearly, from several senders within a day"


def test_of_unknown_senders_the_same_six_words_count_once_and_near_ones_each(worker: Worker, blue_badge: str) -> None:
    same = "I cannot pay my bill online"
    text_from(worker, *((text, None) for text in (same, same, f"{same} today", DOWN, DOWN, LONG, f"{LONG} now")))
    walk(worker)
    with worker.record.transaction() as session:
        counted = session.execute(select(Feedback.text, func.sum(Feedback.weight)).group_by(Feedback.text)).all()
    assert {row[0]: row[1] for row in counted} == {same: 1, f"{same} today": 1, DOWN: 2, LONG: 1, f"{LONG} now": 1}
    assert sorted(told(worker)) == [[]] * 6 + [["repeat"]]


def test_likeness_is_sought_where_it_makes_a_copy_alone(worker: Worker, blue_badge: str) -> None:
    """Its index reads whatever shares a part with a text: in a flood of texts a little alike, all of it for each."""
    asked: list[str] = []
    event.listen(worker.record.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    text_from(worker, (LONG, None), (DOWN, numbers(1)[0]), ("I cannot pay my bill online", numbers(1)[0]))
    walk(worker)
    assert not any("&&" in statement for statement in asked)
    text_from(worker, (LONG, numbers(1)[0]))
    walk(worker)
    assert any("&&" in statement for statement in asked)


def test_what_came_late_but_was_said_first_takes_the_place_of_its_copies(worker: Worker, blue_badge: str) -> None:
    [number] = numbers(1)
    text_from(worker, (DOWN, number), at=NOW - dt.timedelta(hours=2))
    text_from(worker, (DOWN, number), at=NOW - dt.timedelta(hours=1))
    walk(worker)
    text_from(worker, (DOWN, number), at=NOW - dt.timedelta(hours=3))
    walk(worker)
    assert weights(worker) == [0, 0, 1]
    with worker.record.transaction() as session:
        first = session.scalars(select(Feedback.id).where(Feedback.weight == 1)).one()
        assert set(session.scalars(select(Feedback.copy_of).where(Feedback.weight == 0))) == {first}
        evidence = select(Statement.evidence).where(Statement.feedback_id != first)
        assert set(session.scalars(evidence)) == {False}


def test_fingerprints_that_an_older_version_stored_make_no_copies(worker: Worker, blue_badge: str) -> None:
    text_from(worker, (LONG, numbers(2)[0]))
    walk(worker)
    with worker.record.transaction() as session:
        older = session.scalars(select(Feedback.fingerprint)).one() or b""
        session.execute(update(Feedback).values(fingerprint=older[-256:]))
    text_from(worker, (LONG, numbers(2)[1]))
    walk(worker)
    assert weights(worker) == [1, 1]


def test_who_sent_it_is_a_digest_of_one_day_and_one_service_that_is_forgotten(worker: Worker, blue_badge: str) -> None:
    text_from(worker, (DOWN, numbers(1)[0]), (LONG, None))
    with worker.record.transaction() as session:
        days = [raw.day_key(session, worker.record.keys, NOW.date() + dt.timedelta(days=day)) for day in (0, 1)]
        made = {sender_digest(key, service, numbers(1)[0], None) for key in days for service in (1, 2)}
        known = session.scalars(select(Feedback.sender_digest).where(Feedback.sender_digest.is_not(None))).one()
        assert len(made) == 4 and known in made
        assert "sender_digest" not in str(subject_access.export(session, worker.record.keys, _ids(worker)))
        forget_senders(session)
        assert known in session.scalars(select(Feedback.sender_digest)).all()
        session.execute(update(Feedback).values(received_at=NOW - dt.timedelta(hours=25)))
        forget_senders(session)
        assert set(session.scalars(select(Feedback.sender_digest))) == {None}


def test_what_is_left_of_who_sent_it_is_whether_they_had_sent_something_before(worker: Worker, blue_badge: str) -> None:
    one, other, *_ = numbers(3)
    text_from(worker, (DOWN, one), (LONG, one), (DOWN, other), (LONG, None))
    with worker.record.transaction() as session:
        first = session.scalars(select(Feedback.id).order_by(Feedback.id)).first()
        long_ago = {"received_at": NOW - dt.timedelta(hours=25)}
        session.execute(update(Feedback).where(Feedback.id == first).values(**long_ago))
        forget_senders(session)
        session.execute(update(Feedback).values(**long_ago))
        forget_senders(session)
        pieces = session.execute(select(Feedback.sender_digest, Feedback.sent_again).order_by(Feedback.id)).all()
    assert pieces == [(None, False), (None, True), (None, False), (None, False)]


def test_the_digest_of_what_is_erased_goes_at_once(worker: Worker, blue_badge: str) -> None:
    text_from(worker, (DOWN, numbers(1)[0]))
    with worker.record.transaction() as session:
        erasure.erase(session, _ids(worker), by="test")
        assert session.scalars(select(Feedback.sender_digest)).one() is None


def _ids(worker: Worker) -> list[uuid.UUID]:
    with worker.record.transaction() as session:
        return list(session.scalars(select(Feedback.id)))


def test_visitors_are_told_apart_by_network_and_browser_and_not_behind_a_proxy_that_hides_them() -> None:
    def visitor(address: str, browser: str = "Safari") -> Visitor | None:
        request = RequestFactory().get("/", headers={"User-Agent": browser})
        request.scope["client"] = (address, 1)
        return visitor_of(request.scope, ("81.2.70.0/24", "2a00:1450::/32"))

    assert visitor("81.2.69.160") == visitor("::ffff:81.2.69.160") == Visitor("81.2.69.160 Safari", "81.2.69.160")
    assert visitor("81.2.69.160", "Firefox") == Visitor("81.2.69.160 Firefox", "81.2.69.160")
    assert visitor("2a00:1451::1") == visitor("2a00:1451::2") != visitor("2a00:1451:0:1::2")
    assert visitor("81.2.70.9") == Visitor("81.2.70.9 Safari", None)
    assert visitor("2a00:1450:4009:81f::1") == Visitor("2a00:1450:4009:81f::/64 Safari", None)
    assert [visitor(address) for address in ("127.0.0.1", "10.0.0.7", "fd00::1", "unknown")] == [None] * 4


def test_a_mail_address_with_something_added_is_the_same_senders() -> None:
    known = {sender_digest(b"key", 1, f"ann{tag}@example.org", None) for tag in ("", "+1", "+1+2")}
    assert len(known) == 1 and sender_digest(b"key", 1, "+1@example.org", None) not in known


def test_what_is_left_of_a_network_is_whether_somebody_had_sent_something_by_it_before(
    worker: Worker, blue_badge: str
) -> None:
    by_networks = ("home", "home", "office", None)
    arrivals = [
        Arrival("blue-badge", DOWN, ChannelName.WEB, "test", client=Visitor(f"{network} {place}", network))
        for place, network in enumerate(by_networks)
    ]
    with worker.record.transaction() as session:
        accept(session, worker.record.keys, arrivals, NOW)
        assert len(set(session.scalars(select(Feedback.network_digest)))) == 3
        session.execute(update(Feedback).values(received_at=NOW - dt.timedelta(hours=25)))
        forget_senders(session)
        left = (Feedback.sender_digest, Feedback.network_digest, Feedback.sent_again)
        pieces = session.execute(select(*left).order_by(Feedback.id)).all()
    assert pieces == [(None, None, False), (None, None, True), (None, None, False), (None, None, False)]
