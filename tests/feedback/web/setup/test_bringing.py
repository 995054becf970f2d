"""A spreadsheet is brought in the browser: shown as it will be read, taken in beside the request, undone as a whole."""

import datetime as dt
import re

import pytest
from sqlalchemy import func, select

from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import AuditEntry, DayKey, Feedback, Upload, UploadPart
from feedback.record.privacy import raw
from feedback.record.work.queue import WorkQueue
from ingest.channels.files import importing
from ingest.channels.uploads import sealed_file
from ingest.intake.accept import accept
from tests.insights.pages.signed_in import OURS, Client, signed_in, words_of
from workers.actors.uploads import take_back, take_in
from workers.runtime.actor import Worker

BRING = "/dashboard/blue-badge/bring"
SHEET = """\
Ref,Received,Comments,Score out of 10,Office
A1,02/03/2026 09:15,The photo will not upload at all,2,Castle Street
A2,03/03/2026,I waited two hours on the phone,4,Castle Street
A3,04/03/2026,,1,Market Square
A4,31/02/2026,The form asks for it twice,9,Market Square
A5,05/03/2026,=The counter was very helpful today,10,Market Square
"""


def brought(owner: Client, body: bytes = SHEET.encode(), name: str = "comments.csv") -> str:
    """The address of a file that was brought."""
    page = owner.post(BRING, files={"file": (name, body)}, headers=OURS)
    assert page.status_code == 200, page.text
    return page.url.path


def chosen(page: str) -> dict[str, list[str]]:
    """What is chosen on the page of columns."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)" checked', page):
        found.setdefault(name, []).append(value)
    for name, options in re.findall(r'<select id="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        found[name] = re.findall(r'value="([^"]*)" selected', options) or [""]
    return found


def taken_in(owner: Client, worker: Worker, path: str) -> str:
    owner.post(path, data={**chosen(owner.get(path).text), "do": "take"}, headers=OURS)
    take_in(worker)
    return words_of(owner.get(path))


def pieces(record: Record) -> list[Feedback]:
    with record.transaction() as session:
        return list(session.scalars(select(Feedback).order_by(Feedback.external_id)))


def test_columns_are_proposed_and_the_first_rows_shown_and_nothing_is_stored_yet(owner: Client, record: Record) -> None:
    assert BRING in owner.get("/dashboard/blue-badge").text
    page = owner.get(brought(owner))
    assert chosen(page.text) == {
        "text": ["Comments"],
        "date": ["Received"],
        "id": ["Ref"],
        "rating": ["Score out of 10"],
        "language": [""],
        "channel_column": [""],
        "channel": ["import"],
        "keep": ["Office"],
    }
    said = words_of(page)
    assert "The photo will not upload at all" in said and "office: Castle Street" in said
    assert "Of its 5 rows 3 would be taken, 2 not." in said
    assert "Line 4: The text is blank." in said
    assert pieces(record) == []
    with record.transaction() as session:
        parts = session.scalars(select(UploadPart.sealed)).all()
    assert parts and not any(b"photo" in part for part in parts)


def test_it_is_taken_in_by_a_worker_and_what_was_not_taken_can_be_had_as_a_file(
    owner: Client, record: Record, worker: Worker
) -> None:
    path = brought(owner)
    said = taken_in(owner, worker, path)
    assert "State Taken in" in said and "Taken in from it 3" in said and "Not taken 2" in said
    rows = pieces(record)
    assert [(row.external_id, row.rating, row.batch) for row in rows] == [
        ("A1", 1, "comments.csv"),
        ("A2", 2, "comments.csv"),
        ("A5", 5, "comments.csv"),
    ]
    assert rows[0].said_at == dt.datetime(2026, 3, 2, 9, 15, tzinfo=dt.UTC)
    refused = owner.get(f"{path}/not-taken.csv").content.decode("utf-8-sig").splitlines()
    assert refused[0] == "line,reason,Ref,Received,Comments,Score out of 10,Office"
    assert refused[1].startswith("4,The text is blank.,A3,") and refused[2].startswith("5,")
    with record.transaction() as session:
        kinds = session.scalars(select(UploadPart.kind)).all()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "import")).one()
    assert kinds == ["refused"]
    assert entry.details == {"file": "comments.csv", "rows": 5, "refused": 2}


def test_what_comes_again_in_another_file_is_there_already(owner: Client, record: Record, worker: Worker) -> None:
    taken_in(owner, worker, brought(owner))
    said = taken_in(owner, worker, brought(owner, name="again.csv"))
    assert "Taken in from it 0" in said and "There already 3" in said
    assert len(pieces(record)) == 3


def test_all_of_it_is_undone_and_can_come_again(owner: Client, record: Record, worker: Worker) -> None:
    first, other = brought(owner), brought(owner, b"text\nSomething else is wrong here now\n", "other.csv")
    taken_in(owner, worker, first)
    taken_in(owner, worker, other)
    owner.post(first, data={"do": "undo"}, headers=OURS)
    take_back(worker)
    assert "State Undone" in words_of(owner.get(first))
    assert [row.batch for row in pieces(record)] == ["other.csv"]
    assert owner.get(f"{first}/not-taken.csv").status_code == 404
    assert "Taken in from it 3" in taken_in(owner, worker, brought(owner))


def test_a_kill_loses_nothing_and_doubles_nothing(
    owner: Client, record: Record, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_ROWS", 2)
    store, calls = accept, list[int]()

    def dying(*arguments: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise ConnectionError
        return store(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "accept", dying)
    said = taken_in(owner, worker, path := brought(owner))
    assert "Being taken in" in said and "Rows seen to 2" in said
    take_in(worker)
    said = words_of(owner.get(path))
    assert "Taken in from it 3" in said and "Not taken 2" in said and "There already" not in said


def test_undone_while_it_is_taken_in_it_stops_and_is_undone(
    owner: Client, record: Record, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_ROWS", 2)
    path = brought(owner)
    queue = type(worker.work_queue)
    told = queue.wake

    def wake(self: WorkQueue, *stages: str) -> None:
        told(self, *stages)
        if stages == ("clean",):
            owner.post(path, data={"do": "undo"}, headers=OURS)

    monkeypatch.setattr(queue, "wake", wake)
    owner.post(path, data={**chosen(owner.get(path).text), "do": "take"}, headers=OURS)
    take_in(worker)
    take_back(worker)
    assert "State Undone" in words_of(owner.get(path))
    assert pieces(record) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "Choose a file that holds something"),
        (b"\n\n", "The file is empty."),
        (b'[{"text": "a"}]', "This is a JSON array"),
        (b"PK\x03\x04 no workbook", "cannot be"),
    ],
)
def test_what_cannot_be_read_is_told_and_not_kept(owner: Client, record: Record, body: bytes, said: str) -> None:
    answer = owner.post(BRING, files={"file": ("comments.csv", body)}, headers=OURS)
    assert answer.status_code == 400
    assert said in answer.text
    with record.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Upload)) == 0


def test_without_a_column_of_words_it_is_asked_for(owner: Client, record: Record) -> None:
    path = brought(owner, b"a,b\n1,2\n3,4\n")
    page = owner.post(path, data={"do": "take"}, headers=OURS)
    assert (page.status_code, re.findall(r'id="(\w+)-error"', page.text)) == (400, ["text"])
    page = owner.post(path, data={"do": "take", "text": "no such column"}, headers=OURS)
    assert (page.status_code, re.findall(r'id="(\w+)-error"', page.text)) == (400, ["text"])
    assert owner.post(path, data={"do": "discard"}, headers=OURS).url.path == BRING
    assert owner.get(path).status_code == 404


def test_only_owners_bring_files_and_nobody_sees_those_of_another_service(
    client: Client, record: Record, blue_badge: str
) -> None:
    path = brought(signed_in(client, record, Role.owner, blue_badge))
    editor = signed_in(client, record, Role.editor, blue_badge)
    assert editor.get(path).status_code == editor.get(BRING).status_code == 403
    assert editor.post(BRING, files={"file": ("a.csv", b"text\na\n")}, headers=OURS).status_code == 403
    admin = signed_in(client, record)
    admin.post("/setup/service", data={"name": "Bins"}, headers=OURS)
    assert admin.get(path.replace("blue-badge", "bins")).status_code == 404


def test_when_its_day_is_shredded_a_file_is_gone(owner: Client, record: Record, worker: Worker) -> None:
    draft, done = brought(owner), brought(owner, name="done.csv")
    taken_in(owner, worker, done)
    with record.transaction() as session:
        raw.shred_days(session, dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3))
        assert session.scalar(select(func.count()).select_from(DayKey)) == 0
        sealed_file.forget_shredded(session)
        assert session.scalar(select(func.count()).select_from(UploadPart)) == 0
    assert owner.get(draft).status_code == 404
    assert "They are kept no longer." in words_of(owner.get(done))
