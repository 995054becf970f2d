"""Feedback that comes many at once, and whoever takes it in is killed at any point and begins again: files, a mailbox.

All pieces of a burst are known once it returns.
"""

import csv
import io
import random
import uuid
from contextlib import suppress

import httpx
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from feedback.record.models import Upload
from feedback.record.states import UploadStage
from tests.faults.citizens import Ledger, Piece
from tests.faults.stores import store
from tests.ingest.channels.email.mailserver import PASSWORD, USER, mail_server
from tests.insights.pages.signed_in import OURS
from tests.whole import doors
from tests.whole.system import Running, until

KILLED_WITHIN_SECONDS = 1.5
MOST_PIECES = 100
MOST_MAILS = 20
PATIENCE = 300.0

MAILBOX = {"FEEDBACK_IMAP_USER": USER, "FEEDBACK_IMAP_PASSWORD": PASSWORD}
"""Settings of whoever looks into one."""


def import_file(running: Running, ledger: Ledger, draw: random.Random) -> str:
    """By way of the command line."""
    pieces = _pieces(ledger, draw, MOST_PIECES)
    file = running.data / f"import-{pieces[0].number}.csv"
    file.write_text(_table(pieces))
    running.commands.run_through(
        "feedback", "import", str(file), "--service", "blue-badge", killed_after=KILLED_WITHIN_SECONDS * draw.random()
    )
    return f"imported {_known(pieces)} pieces, killed at first"


def fetch_mails(running: Running, ledger: Ledger, draw: random.Random) -> str:
    """From a mailbox, each of which is marked as read once it is stored."""
    pieces = _pieces(ledger, draw, MOST_MAILS)
    with mail_server() as server:
        for piece in pieces:
            head = f"From: <{piece.number}@example.org>\r\nTo: {doors.ADDRESS}\r\nMessage-ID: <box {piece.number}>\r\n"
            server.deliver(f"{head}\r\n{piece.words}\r\n".encode())
        running.commands.run_through(
            "feedback", "mail", "--imap", server.url, "--once", killed_after=KILLED_WITHIN_SECONDS * draw.random()
        )
    return f"fetched {_known(pieces)} mails, killed at first"


def bring_file(running: Running, ledger: Ledger, draw: random.Random) -> str:
    """In the browser of an owner, who clicks until it is said to be taken in."""
    pieces = _pieces(ledger, draw, MOST_PIECES)
    at, cookies = running.http.base_url, dict(running.owner)
    with httpx.Client(base_url=at, headers=OURS, cookies=cookies, follow_redirects=True) as browser:
        place: list[str] = []
        until(lambda: _brought(browser, _table(pieces), place), PATIENCE)
        until(lambda: _is_taken_in(running, browser, place[0]), PATIENCE)
    return f"brought {_known(pieces)} pieces in the browser"


def _brought(browser: httpx.Client, table: str, place: list[str]) -> bool:
    """Whether the page of its columns was shown, whose address `place` then holds."""
    with suppress(httpx.HTTPError):
        answer = browser.post("/dashboard/blue-badge/bring", files={"file": ("letters.csv", table)})
        assert "/sign-in" not in answer.url.path
        if answer.is_success:
            place.append(answer.url.path)
    return bool(place)


def _is_taken_in(running: Running, browser: httpx.Client, place: str) -> bool:
    """Says so again where it was not heard, or was set aside."""
    wanted = select(Upload.stage).where(Upload.id == uuid.UUID(place.rsplit("/", 1)[-1]))
    with suppress(httpx.HTTPError, SQLAlchemyError), store(running) as record, record.transaction() as session:
        stage = session.scalars(wanted).one()
        if stage in (UploadStage.DRAFT, UploadStage.SET_ASIDE):
            browser.post(place, data={"text": "text", "id": "id", "channel": "import", "do": "take"})
        return stage == UploadStage.DONE
    return False


def _pieces(ledger: Ledger, draw: random.Random, most: int) -> list[Piece]:
    return [ledger.new(draw, (None,)) for _ in range(draw.randint(1, most))]


def _table(pieces: list[Piece]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("id", "text"), *((piece.number, piece.words) for piece in pieces)])
    return out.getvalue()


def _known(pieces: list[Piece]) -> int:
    for piece in pieces:
        piece.known = True
    return len(pieces)
