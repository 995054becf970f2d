"""Who is in danger must be found: what they wrote is held for the owners, and for nobody else."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select, update

from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.encryption import KeyRing
from feedback.record.models import Alert, AuditEntry, Feedback, HeldRaw, Raw, UrgencyDismissal
from feedback.record.privacy import raw, urgency_dismissals, urgent_raw
from feedback.record.states import ChannelName
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from tests.walking import put, walk
from workers.runtime.actor import Worker
from workers.runtime.model_loader import Tools

Client = TestClient[Litestar]

DANGER = "I am going to kill myself tonight. I live at 12 Bridge Street, LS1 4AB."


def key(record: Record, role: Role, slug: str = "blue-badge") -> dict[str, str]:
    with record.transaction() as session:
        return {"Authorization": f"Bearer {access.create(session, 'key', role, access.service(session, slug))}"}


def send(worker: Worker, message: str = DANGER, **more: Any) -> str:
    arrival = Arrival("blue-badge", message, ChannelName.WEB, "test", contact="07700 900123", **more)
    with worker.record.transaction() as session:
        accept(session, worker.record.keys, [arrival], dt.datetime.now(dt.UTC))
    walk(worker)
    with worker.record.transaction() as session:
        return str(session.scalars(select(Feedback.id)).one())


def urgent_texts(record: Record) -> list[str | None]:
    with record.transaction() as session:
        return list(session.scalars(select(Feedback.text).where(Feedback.urgent.is_not(None))))


@pytest.fixture
def urgent(worker: Worker, blue_badge: str) -> str:
    return send(worker)


def acts(record: Record, piece: str) -> list[str]:
    with record.transaction() as session:
        mine = select(AuditEntry.act).where(AuditEntry.subject == f"feedback:{piece}").order_by(AuditEntry.id)
        return list(session.scalars(mine))


def test_an_owner_reads_what_was_written_and_each_look_is_audited(client: Client, record: Record, urgent: str) -> None:
    owner = key(record, Role.owner)
    [listed] = client.get("/v1/services/blue-badge/held", headers=owner).json()["items"]
    assert listed["feedback"] == urgent and listed["urgent"]["kind"] == "self_harm"
    assert acts(record, urgent) == []
    for _ in range(2):
        answer = client.get(f"/v1/feedback/{urgent}/held", headers=owner).json()
        assert answer["message"] == DANGER and answer["contact"] == "07700 900123"
    assert acts(record, urgent) == ["held text read"] * 2


def test_only_what_is_urgent_is_listed_as_urgent(
    client: Client, worker: Worker, urgent: str, admin: dict[str, str]
) -> None:
    put(worker, "The bins were not emptied", "My badge has not come")
    walk(worker)
    listed = client.get("/v1/services/blue-badge/feedback?only=urgent", headers=admin).json()["items"]
    assert [piece["id"] for piece in listed] == [urgent]


def test_the_number_that_an_urgent_text_came_from_is_held_with_it(
    client: Client, worker: Worker, record: Record, blue_badge: str
) -> None:
    urgent = send(worker, sender="+447700900999")
    owner = key(record, Role.owner)
    assert client.get(f"/v1/feedback/{urgent}/held", headers=owner).json()["sender"] == "+447700900999"
    client.post(f"/v1/feedback/{urgent}/held/release", headers=owner, json={"reason": "an ambulance went"})
    assert client.get(f"/v1/feedback/{urgent}/held", headers=owner).status_code == 404


def test_the_number_that_an_urgent_call_came_from_is_held_with_it(
    client: Client, worker: Worker, record: Record, blue_badge: str
) -> None:
    said = [{"speaker": "Desk", "message": "How can I help?"}, {"speaker": "Ann", "message": DANGER}]
    call = {
        "parties": [
            {"name": "Desk", "role": "agent", "tel": "+441632960001"},
            {"name": "Ann", "tel": "tel:+447700900999"},
        ],
        "dialog": [{"type": "recording", "start": dt.datetime.now(dt.UTC).isoformat(), "parties": [1, 0]}],
        "analysis": [{"type": "transcript", "dialog": 0, "body": said}],
    }
    owner = key(record, Role.owner)
    sent = client.post("/v1/channels/calls/vcon?service=blue-badge", json=call, headers=owner)
    assert sent.status_code == 202
    walk(worker)
    [listed] = client.get("/v1/services/blue-badge/held", headers=owner).json()["items"]
    assert client.get(f"/v1/feedback/{listed['feedback']}/held", headers=owner).json()["sender"] == "+447700900999"


def test_the_number_of_any_other_text_goes_with_its_raw_text(worker: Worker, record: Record, blue_badge: str) -> None:
    send(worker, "The bus was late", sender="+447700900999")
    with record.transaction() as session:
        assert not session.scalars(select(Raw)).all() and not session.scalars(select(HeldRaw)).all()


@pytest.mark.parametrize("role", [Role.reader, Role.editor])
def test_nobody_else_does(client: Client, record: Record, urgent: str, role: Role) -> None:
    other = key(record, role)
    for path in ("/v1/services/blue-badge/held", f"/v1/feedback/{urgent}/held"):
        assert client.get(path, headers=other).status_code == 403
        assert client.get(path).status_code == 401
    assert DANGER not in client.get("/v1/services/blue-badge/feedback", headers=other).text
    assert acts(record, urgent) == []


def test_an_owner_of_another_service_finds_nothing(client: Client, record: Record, urgent: str) -> None:
    with record.transaction() as session:
        services.add(session, "parking", "Parking")
    stranger = key(record, Role.owner, "parking")
    release = {"reason": "seen"}
    assert client.get(f"/v1/feedback/{urgent}", headers=stranger).status_code == 404
    assert client.get(f"/v1/feedback/{urgent}/held", headers=stranger).status_code == 404
    assert client.post(f"/v1/feedback/{urgent}/held/release", json=release, headers=stranger).status_code == 404


def test_released_it_is_gone_and_the_redacted_text_stays(client: Client, record: Record, urgent: str) -> None:
    owner, path = key(record, Role.owner), f"/v1/feedback/{urgent}/held"
    blank = client.post(f"{path}/release", json={"reason": " "}, headers=owner)
    assert (blank.status_code, blank.json()["errors"]) == (
        400,
        [{"key": "reason", "message": "Expected `str` that says something"}],
    )
    assert client.post(f"{path}/release", json={"reason": "Police have called"}, headers=owner).status_code == 204
    assert client.get(path, headers=owner).status_code == 404
    piece = client.get(f"/v1/feedback/{urgent}", headers=owner).json()
    assert piece["held"] is False and "[ADDRESS]" in piece["text"]
    assert acts(record, urgent) == ["held text released"]


def test_what_can_wait_and_what_is_long_past_is_not_held(worker: Worker, blue_badge: str) -> None:
    send(worker, "The form does not work")
    with worker.record.transaction() as session:
        old = dt.datetime.now(dt.UTC) - dt.timedelta(days=30)
        accept(
            session,
            worker.record.keys,
            [Arrival("blue-badge", DANGER, ChannelName.WEB, "t", submitted_at=old)],
            dt.datetime.now(dt.UTC),
        )
    walk(worker)
    with worker.record.transaction() as session:
        assert session.scalars(select(HeldRaw)).all() == []
        assert session.scalars(select(Raw)).all() == []


def test_the_shredding_of_days_leaves_it(worker: Worker, client: Client, record: Record, urgent: str) -> None:
    with record.transaction() as session:
        raw.shred_days(session, dt.datetime.now(dt.UTC).date() + dt.timedelta(days=9))
    assert client.get(f"/v1/feedback/{urgent}/held", headers=key(record, Role.owner)).json()["message"] == DANGER


def test_it_outlives_the_key_of_keys_that_it_was_sealed_under(record: Record, urgent: str) -> None:
    new = b"B" * 32
    with record.transaction() as session:
        urgent_raw.rewrap(session, KeyRing([new, *record.settings.keys()]))
    with record.transaction() as session:
        [row] = session.scalars(select(HeldRaw))
        assert urgent_raw.unseal(KeyRing([new]), row)["message"] == DANGER


class Broken(Tools):
    def clean(self, texts: Any) -> Any:
        raise ValueError("cannot be cleaned")


def test_where_the_redactor_fails_it_stays_hidden_is_told_and_held(
    worker: Worker, client: Client, record: Record, blue_badge: str
) -> None:
    urgent = send(replace(worker, tools=Broken(record.settings)))
    with record.transaction() as session:
        [piece] = session.scalars(select(Feedback))
        assert (piece.stage, piece.text, piece.reason) == ("set_aside", None, "clean: ValueError")
        assert len(session.scalars(select(Alert).where(Alert.type == "feedback.urgent")).all()) == 1
    assert client.get(f"/v1/feedback/{urgent}/held", headers=key(record, Role.owner)).json()["message"] == DANGER


class TestNotUrgent:
    """Staff say that a piece is not urgent: what is held goes, and the service learns."""

    def pass_minutes(self, record: Record, minutes: int) -> None:
        with record.transaction() as session:
            session.execute(update(UrgencyDismissal).values(at=func.now() - dt.timedelta(minutes=minutes)))
        with record.transaction() as session:
            urgency_dismissals.destroy_held(session)

    def test_what_is_held_goes_after_ten_minutes_and_is_urgent_no_more(
        self, client: Client, record: Record, urgent: str
    ) -> None:
        owner, path = key(record, Role.owner), f"/v1/feedback/{urgent}"
        answer = client.post(f"{path}/not-urgent", headers=owner).json()
        assert answer["not_urgent"]["by"] == "owner of blue-badge" and answer["held"]
        client.post(f"{path}/not-urgent", headers=owner)
        self.pass_minutes(record, 9)
        assert client.get(f"{path}/held", headers=owner).json()["message"] == DANGER
        assert client.get("/v1/services/blue-badge/feedback?only=urgent", headers=owner).json()["items"] == []
        self.pass_minutes(record, 10)
        assert client.get(f"{path}/held", headers=owner).status_code == 404
        assert acts(record, urgent) == ["not urgent", "held text read"]

    def test_undone_in_time_it_stays_and_is_urgent_again(self, client: Client, record: Record, urgent: str) -> None:
        owner, path = key(record, Role.owner), f"/v1/feedback/{urgent}"
        client.post(f"{path}/not-urgent", headers=owner)
        assert client.delete(f"{path}/not-urgent", headers=owner).json()["not_urgent"] is None
        self.pass_minutes(record, 60)
        assert client.get(f"{path}/held", headers=owner).status_code == 200
        assert len(client.get("/v1/services/blue-badge/held", headers=owner).json()["items"]) == 1
        assert client.delete(f"{path}/not-urgent", headers=owner).status_code == 404

    def test_the_like_is_no_longer_raised_in_this_service_and_another_danger_is(
        self, client: Client, worker: Worker, record: Record, blue_badge: str
    ) -> None:
        by_words = "There is a smell of gas from the bin lorry outside"
        by_meaning = "My neighbour keeps an axe in the hall for the wood stove"
        put(worker, by_words, by_meaning)
        walk(worker)
        assert set(urgent_texts(record)) == {by_words, by_meaning}
        owner = key(record, Role.owner)
        for piece in client.get("/v1/services/blue-badge/held", headers=owner).json()["items"]:
            client.post(f"/v1/feedback/{piece['feedback']}/not-urgent", headers=owner)
        put(
            worker,
            "There's a smell of gas from the bin lorry each morning",
            "My neighbour keeps an axe in his hall for his wood stove. The tax letter came twice.",
            "There is a smell of gas in our kitchen",
        )
        walk(worker)
        assert set(urgent_texts(record)) == {by_words, by_meaning, "There is a smell of gas in our kitchen"}

    @pytest.mark.parametrize("role", [Role.reader, Role.editor])
    def test_it_takes_an_owner(self, client: Client, record: Record, urgent: str, role: Role) -> None:
        assert client.post(f"/v1/feedback/{urgent}/not-urgent", headers=key(record, role)).status_code == 403

    def test_what_was_never_urgent_cannot_be_dismissed(
        self, client: Client, worker: Worker, record: Record, blue_badge: str
    ) -> None:
        calm = send(worker, "The form does not work")
        assert client.post(f"/v1/feedback/{calm}/not-urgent", headers=key(record, Role.owner)).status_code == 409
