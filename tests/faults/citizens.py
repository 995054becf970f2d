"""Citizens who write by several doors of a running product, and write down what they were answered."""

import json
import random
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from twilio.request_validator import RequestValidator

from tests.insights import suppliers

OFFICE, MAILBOX = "+447700900001", "feedback@council.example"
PATH = "/v1/services/blue-badge/feedback"
WHO_MAIL = 100
"""People; each says much the same again."""
TOO_LONG = 10.0
"""Seconds after which a citizen gives up waiting for an answer, and tries again."""

THINGS = ("amber", "basket", "candle", "ladder", "marble", "pepper", "ribbon", "saddle", "timber", "velvet")
CODE_WORDS = 6
FAULTS = ("Photo upload fails", "Nobody answers the phone", "The letter came too late", "The site is slow today")
URGENT = "I am going to kill myself tonight"


@dataclass(slots=True)
class Piece:
    """What one citizen says; `id` and `receipt`: as it was answered, where the door tells them.

    `known`: it was answered 2xx. `taken_back`: so was that it is taken back.
    """

    number: int
    said: str
    door: "Door | None"
    known: bool = False
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
    """All that was sent."""

    pieces: list[Piece] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def new(self, draw: random.Random, doors: "Sequence[Door | None]") -> Piece:
        with self.lock:
            said = URGENT if draw.random() < 0.1 else draw.choice(FAULTS)
            piece = Piece(len(self.pieces), said, draw.choice(doors))
            self.pieces.append(piece)
        return piece


class Citizens:
    """They write at `http`, the base address; each goes on trying until it is answered that the piece is stored.

    `key` is that of the offices that send calls and mails.
    """

    def __init__(self, http: str, key: str, ledger: Ledger) -> None:
        self.key = key
        self.client = httpx.Client(base_url=http, timeout=TOO_LONG, headers={"User-Agent": "a browser"})
        self._ledger = ledger

    def write(self, draw: random.Random, many: int, at_once: int) -> None:
        """So many pieces; some repeat what was taken, some hang up on us, and some take back what they said."""
        pieces = [(self._ledger.new(draw, DOORS), draw.random(), draw.random(), draw.random()) for _ in range(many)]
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(lambda drawn: self._send(*drawn), pieces))

    def _send(self, piece: Piece, hangs_up: float, repeats: float, takes_back: float) -> None:
        if hangs_up < 0.15:
            self._hang_up(piece, whole=hangs_up < 0.1)
        while not piece.known:
            self._try(piece)
        if repeats < 0.2:
            self._try(piece)
        if takes_back < 0.1 and piece.receipt and piece.said != URGENT:
            while not piece.taken_back:
                piece.taken_back = self._answer(piece, take_back) is not None

    def _try(self, piece: Piece) -> None:
        assert piece.door
        if answer := self._answer(piece, piece.door):
            piece.known = True
            told = answer.json() if piece.door is web else {}
            assert piece.id in (None, told.get("id")), f"{piece.number} was answered with another id"
            piece.id, piece.receipt = told.get("id"), told.get("receipt")

    def _answer(self, piece: Piece, door: "Door") -> httpx.Response | None:
        """That it is done; None where there is none, or one is asked to come again."""
        try:
            answer = door(self, piece)
        except httpx.HTTPError:
            return None
        if answer.is_success:
            return answer
        if answer.status_code not in (429, 503) or int(answer.headers["Retry-After"]) <= 0:
            raise AssertionError(f"{door.__name__} answered {answer.status_code}")
        time.sleep(0.1)
        return None

    def _hang_up(self, piece: Piece, *, whole: bool) -> None:
        """By the first door, whatever the piece's; the request is sent whole or half, and no answer awaited."""
        piece.door = web
        request = web_request(self, piece)
        head = [f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items()), "", ""]
        sent = "\r\n".join(head).encode() + request.read()
        at = urlsplit(str(self.client.base_url))
        with suppress(OSError), socket.create_connection((at.hostname or "", at.port or 0), TOO_LONG) as line:
            line.sendall(sent if whole else sent[: len(sent) // 2])


Door = Callable[[Citizens, Piece], httpx.Response]


def web_request(by: Citizens, piece: Piece) -> httpx.Request:
    headers = {"Idempotency-Key": f"piece {piece.number}"}
    return by.client.build_request("POST", PATH, json={"message": piece.words}, headers=headers)


def web(by: Citizens, piece: Piece) -> httpx.Response:
    return by.client.send(web_request(by, piece))


def take_back(by: Citizens, piece: Piece) -> httpx.Response:
    return by.client.delete(f"/v1/receipts/{piece.receipt}")


def form(by: Citizens, piece: Piece) -> httpx.Response:
    """Without JavaScript; it is answered by a page."""
    fields = {"message": piece.words, "contact": "", "page_url": "", "key": f"form {piece.number}"}
    return by.client.post("/services/blue-badge/feedback", data=fields)


def text(by: Citizens, piece: Piece) -> httpx.Response:
    fields = {"MessageSid": f"SM{piece.number}", "From": f"+4477009{piece.number:05}", "To": OFFICE, "NumMedia": "0"}
    fields |= {"Body": piece.words}
    path = "/v1/channels/sms/twilio"
    proof = RequestValidator(suppliers.TOKEN).compute_signature(f"{by.client.base_url}".rstrip("/") + path, fields)
    return by.client.post(path, data=fields, headers={"X-Twilio-Signature": proof})


def call(by: Citizens, piece: Piece) -> httpx.Response:
    said = {"start": 2.0, "end": 9.0, "text": piece.words, "speaker": "SPEAKER_01"}
    agent = {"start": 0.1, "end": 1.9, "text": "How can I help?", "speaker": "SPEAKER_00"}
    body = json.dumps({"language": "en", "segments": [agent, said]})
    path = f"/v1/channels/calls/whisper?service=blue-badge&id={piece.number}"
    return _by_office(by, path, body, "application/json")


def mail(by: Citizens, piece: Piece) -> httpx.Response:
    who, which = f"{piece.number % WHO_MAIL}@example.org", f"{piece.number}@example.org"
    head = f"From: <{who}>\nTo: {MAILBOX}\nSubject: Hello\nMessage-ID: <{which}>\n"
    return _by_office(by, "/v1/channels/email", f"{head}\n{piece.words}\n", "message/rfc822")


def _by_office(by: Citizens, path: str, body: str, media_type: str) -> httpx.Response:
    headers = {"Content-Type": media_type, "Authorization": f"Bearer {by.key}"}
    return by.client.post(path, content=body, headers=headers)


DOORS: tuple[Door, ...] = (web, web, form, text, call, mail)
