"""Citizens who write by every door of a running product, and write down what they were answered."""

import datetime as dt
import random
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from tests.whole import doors
from tests.whole.doors import Door, Visit, open311, web

PEOPLE = 100
"""Mail addresses of them; from each much the same comes again."""
TOO_LONG = 10.0
"""Seconds after which a citizen gives up waiting for an answer, and tries again."""

THINGS = ("amber", "basket", "candle", "ladder", "marble", "pepper", "ribbon", "saddle", "timber", "velvet")
CODE_WORDS = 6
FAULTS = ("Photo upload fails", "Nobody answers the phone", "The letter came too late", "The site is slow today")
URGENT = "I am going to kill myself tonight"

DOORS: tuple[Door, ...] = (web, web, *doors.DOORS)
ONCE: tuple[Door, ...] = (open311,)
"""Doors whose protocol has nothing by which a repeat is known: who hears no answer there does not try again."""


@dataclass(slots=True)
class Piece:
    """What one citizen says; `id` and `receipt`: as it was answered, where the door tells them.

    `known`: it was answered 2xx. `doubtful`: nobody knows whether it arrived. `taken_back`: it was answered 2xx that it
    is taken back.
    """

    number: int
    said: str
    door: Door | None
    at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    known: bool = False
    doubtful: bool = False
    id: str | None = None
    receipt: str | None = None
    taken_back: bool = False

    @property
    def code(self) -> str:
        """Words that no other piece has together, of the first million."""
        return " ".join(THINGS[int(digit)] for digit in f"{self.number:0{CODE_WORDS}}")

    @property
    def words(self) -> str:
        return f"{self.said}, {self.code}"


@dataclass(slots=True)
class Ledger:
    """All that was sent; `settled`: so many pieces of it before what is under way.

    Of `outages` of another service so many `reports` were sent.
    """

    pieces: list[Piece] = field(default_factory=list)
    settled: int = 0
    outages: int = 0
    reports: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def new(self, draw: random.Random, by: Sequence[Door | None]) -> Piece:
        with self.lock:
            said = URGENT if draw.random() < 0.1 else draw.choice(FAULTS)
            piece = Piece(len(self.pieces), said, draw.choice(by))
            self.pieces.append(piece)
        return piece


class Citizens:
    """They write at `http`, the base address; each goes on trying until it is answered that the piece is stored.

    `office`, `editor`: the headers of those who send calls and mails, and of a browser in which one is signed in.
    """

    def __init__(self, http: str, office: Mapping[str, str], editor: Mapping[str, str], ledger: Ledger) -> None:
        self._office, self._editor, self._ledger = office, editor, ledger
        agent = {"User-Agent": "a browser"}
        self._client = httpx.Client(base_url=http, timeout=TOO_LONG, headers=agent)

    def write(self, draw: random.Random, many: int, at_once: int) -> None:
        """So many pieces; some repeat what was taken, some hang up on us, and some take back what they said."""
        pieces = [(self._ledger.new(draw, DOORS), draw.random(), draw.random(), draw.random()) for _ in range(many)]
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(lambda drawn: self._send(*drawn), pieces))

    def _send(self, piece: Piece, hangs_up: float, repeats: float, takes_back: float) -> None:
        if hangs_up < 0.15:
            self._hang_up(piece, whole=hangs_up < 0.1)
        while not (piece.known or piece.doubtful):
            self._try(piece)
        if repeats < 0.2 and piece.door not in ONCE:
            self._try(piece)
        if takes_back < 0.1 and piece.receipt and piece.said != URGENT:
            while not piece.taken_back:
                piece.taken_back = self._take_back(piece)

    def _try(self, piece: Piece) -> None:
        assert piece.door
        try:
            answer = _heard(piece.door(self._visit(piece)))
        except httpx.HTTPError:
            piece.doubtful = piece.door in ONCE
            return
        if answer:
            piece.known = True
            told = answer.json() if piece.door is web else {}
            assert piece.id in (None, told.get("id")), f"{piece.number} was answered with another id"
            piece.id, piece.receipt = told.get("id"), told.get("receipt")

    def _visit(self, piece: Piece) -> Visit:
        who, key = f"{piece.number % PEOPLE}@example.org", f"{piece.number}@example.org"
        phone = f"+4477009{piece.number:05}"
        return Visit(self._client, self._office, self._editor, piece.words, key, who, phone, piece.at)

    def _take_back(self, piece: Piece) -> bool:
        """Whether it is."""
        with suppress(httpx.HTTPError):
            return _heard(self._client.delete(f"/v1/receipts/{piece.receipt}")) is not None
        return False

    def _hang_up(self, piece: Piece, *, whole: bool) -> None:
        """By the first door, whatever the piece's; the request is sent whole or half, and no answer awaited."""
        piece.door = web
        request = doors.web_request(self._visit(piece))
        head = [f"POST {request.url.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items())]
        sent = "\r\n".join([*head, "", ""]).encode() + request.read()
        at = urlsplit(str(self._client.base_url))
        with suppress(OSError), socket.create_connection((at.hostname or "", at.port or 0), TOO_LONG) as line:
            line.sendall(sent if whole else sent[: len(sent) // 2])


def _heard(answer: httpx.Response) -> httpx.Response | None:
    """That it is done; None where one is asked to come again."""
    is_led_on = answer.has_redirect_location and "/sign-in" not in answer.headers["Location"]
    if answer.is_success or is_led_on:
        return answer
    if answer.status_code not in (429, 503) or int(answer.headers["Retry-After"]) <= 0:
        raise AssertionError(f"{answer.request.url.path} answered {answer.status_code}: {answer.text[:500]}")
    time.sleep(0.1)
    return None
