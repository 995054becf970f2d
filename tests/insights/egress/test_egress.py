"""Nothing leaves for an address that is not public, however it is written."""

import ipaddress
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.record.errors import Malformed
from feedback.record.settings import Settings
from insights.egress.addresses import Address, AllowList, Target, check, is_public
from insights.egress.client import Egress, Refused
from insights.egress.wire import MAX_REPLY_BYTES, Unreachable
from tests.insights.receivers import receiver

NOTHING = AllowList()
LOCAL = Settings(webhook_allow=("127.0.0.0/8",))

FORBIDDEN = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "192.0.0.8", "198.18.0.1", "192.0.2.1", "192.88.99.1",
    "::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:a9fe:a9fe::1", "2002:7f00:1::",
    "2001:0:7f00:1::", "2001:db8::1", "3fff::1", "100::1", "fec0::1",
]  # fmt: skip

SPELLINGS = [
    "http://2130706433/", "http://0x7f000001/", "http://0x7F.0.0.1/", "http://0177.0.0.1/", "http://017700000001/",
    "http://127.1/", "http://127.0.1/", "http://0/", "http://127.0.0.1./", "http://①②⑦.⓪.⓪.①/", "http://１２７。０。０。１/",
    "http://2852039166/latest/meta-data", "http://0xA9FEA9FE/", "http://localhost/", "http://LOCALHOST./",
    "http://any.localhost:8080/", "https://[::ffff:7f00:1]/", "https://[0:0:0:0:0:ffff:127.0.0.1]/",
    "http://[::1]:80/", "http://0x7f.1/", "http://00000177.1/",
]  # fmt: skip

NO_URLS = [
    "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)", "//example.org", "",
    "http://", "http://example.org@127.0.0.1/", "http://user:word@example.org/", "http://example.org\\@127.0.0.1/",
    "http://example.org:99999/", "http://exa mple.org/", "http://example.org/\r\nX: y", "http://[fe80::1%25eth0]/",
    "http://[::1", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://example..org/", "http://127%2e0.0.1/",
    "http://%31%32%37.0.0.1/", "http://0x/", "http://0.0.0.0.0/", "http://[127.0.0.1]/", "http://[::1%lo]/", "http://:80/",
    "http://-/" + "a" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("text", FORBIDDEN)
def test_forbidden_addresses_are_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450:4009::1", "99.255.255.255"])
def test_public_addresses_are(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address: Address) -> None:
    if not address.is_global or address.is_multicast:
        assert not is_public(address)


@pytest.mark.parametrize(
    "url", SPELLINGS + [f"http://[{text}]/" if ":" in text else f"http://{text}/" for text in FORBIDDEN]
)
def test_a_forbidden_literal_is_refused_when_somebody_subscribes(url: str) -> None:
    with pytest.raises(Malformed):
        check(url, NOTHING)


@pytest.mark.parametrize("url", NO_URLS)
def test_what_is_no_plain_url_is_refused(url: str) -> None:
    with pytest.raises(Malformed):
        check(url, NOTHING)


@given(st.text(max_size=40))
def test_whatever_stands_for_a_host_is_read_or_refused(host: str) -> None:
    with suppress(Malformed):
        check(f"http://{host}/", NOTHING)


def test_the_operator_may_allow_networks_and_hosts() -> None:
    assert check("http://127.0.0.1:8080/x?y=1", AllowList.of(["127.0.0.0/8"])) == Target(
        "http", "127.0.0.1", 8080, "/x?y=1"
    )
    check("http://localhost/", AllowList.of(["localhost"]))
    with pytest.raises(Malformed):
        check("http://10.0.0.1/", AllowList.of(["127.0.0.0/8", "localhost"]))
    with pytest.raises(Malformed):
        AllowList.of(["http://example.org/"])


def test_where_nat64_is_allowed_it_still_leads_to_public_addresses_alone() -> None:
    allowed = AllowList.of(["64:ff9b::/96"])
    assert allowed.permits("a.example.org", ipaddress.ip_address("64:ff9b::8.8.8.8"))
    for hidden in ("169.254.169.254", "127.0.0.1", "10.0.0.1"):
        assert not allowed.permits("a.example.org", ipaddress.ip_address(f"64:ff9b::{hidden}"))


@contextmanager
def listening(host: str = "127.0.0.1") -> Iterator[tuple[int, list[bytes]]]:
    """A port, and what arrived at it."""
    heard: list[bytes] = []
    server = socket.create_server((host, 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            heard.append(connection.recv(10))
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1], heard
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def naming(*answers: str) -> tuple[list[str], "Resolver"]:
    asked: list[str] = []
    return asked, Resolver(answers, asked)


class Resolver:
    """Answers with one address after the other, as a name server of ill will does; the last one again and again."""

    def __init__(self, answers: Sequence[str], asked: list[str]) -> None:
        self._answers = list(answers)
        self._asked = asked

    def __call__(self, host: str, port: int) -> Sequence[Address]:
        self._asked.append(host)
        return [ipaddress.ip_address(self._answers[min(len(self._asked), len(self._answers)) - 1])]


@pytest.mark.parametrize("spelling", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_no_byte_is_sent_to_a_forbidden_literal(spelling: str) -> None:
    with listening() as (port, heard), pytest.raises(Refused):
        Egress(Settings()).post(f"http://{spelling}:{port}/", {}, b"x")
    assert heard == []


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_byte_is_sent_where_a_name_leads_to_a_forbidden_address(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "create_connection", never)
    with pytest.raises(Refused):
        Egress(Settings(), naming(address)[1]).post("http://innocent.example.org/", {}, b"x")


def test_a_name_that_changes_between_look_ups_is_looked_up_once() -> None:
    with receiver() as good, listening("127.0.0.2") as (_, heard):
        settings = Settings(webhook_allow=("127.0.0.1",))
        asked, resolver = naming("127.0.0.1", "127.0.0.2")
        egress = Egress(settings, resolver)
        url = good.url.replace("127.0.0.1", "changing.example.org")
        assert egress.post(url, {}, b"x").status == 204
        assert asked == ["changing.example.org"]
        with pytest.raises(Refused):
            egress.post(url, {}, b"x")
    assert heard == []


def test_the_host_header_keeps_the_name_while_the_connection_goes_to_the_checked_address() -> None:
    with receiver() as good:
        port = good.url.split(":")[2].split("/")[0]
        Egress(LOCAL, naming("127.0.0.1")[1]).post(f"http://team.example.org:{port}/hook", {}, b"x")
        assert good.got[0].headers["host"] == f"team.example.org:{port}"


def test_a_redirect_is_not_followed() -> None:
    with receiver() as good, listening() as (port, heard):
        good.answers = lambda _: (302, {"Location": f"http://127.0.0.1:{port}/"}, b"")
        assert Egress(LOCAL).post(good.url, {}, b"x").status == 302
    assert heard == []


def test_an_endless_answer_is_cut_and_its_status_counts() -> None:
    with receiver() as good:
        good.answers = lambda _: (200, {}, b"a\x00" * 500_000)
        answer = Egress(LOCAL).post(good.url, {}, b"x")
    assert (answer.status, answer.text) == (200, "a" * 500)


def test_endless_headers_are_no_answer() -> None:
    with receiver() as good:
        good.answers = lambda _: (200, {"X": "a" * MAX_REPLY_BYTES}, b"")
        with pytest.raises(Unreachable):
            Egress(LOCAL).post(good.url, {}, b"x")


def test_who_says_nothing_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable):
        port = silent.getsockname()[1]
        Egress(LOCAL, seconds=0.2).post(f"http://127.0.0.1:{port}/", {}, b"x")


def test_who_answers_drop_by_drop_is_left_in_time() -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                while not done.wait(0.02):
                    try:
                        connection.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(Unreachable):
            Egress(LOCAL, seconds=0.3).post(f"http://127.0.0.1:{server.getsockname()[1]}/", {}, b"x")
        done.set()
        thread.join()


def test_a_name_server_that_says_nothing_is_left_in_time() -> None:
    waiting = threading.Event()

    def silent(host: str, port: int) -> Sequence[Address]:
        waiting.wait()
        return []

    with pytest.raises(Unreachable):
        Egress(Settings(), silent, seconds=0.1).post("http://slow.example.org/", {}, b"x")
    waiting.set()


def pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """An HTTP proxy that opens one tunnel, and what it was asked for."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            inner, _ = server.accept()
            head = inner.recv(4096).decode()
            asked.append(head)
            host, _, port = head.split(" ")[1].rpartition(":")
            with inner, socket.create_connection((host, int(port))) as outer:
                inner.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=pass_on, args=(outer, inner), daemon=True)
                back.start()
                pass_on(inner, outer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://alerts:pass%20word@127.0.0.1:{server.getsockname()[1]}", asked


def test_a_proxy_is_asked_for_the_checked_address() -> None:
    with receiver() as good, proxy() as (url, asked):
        port = good.url.split(":")[2].split("/")[0]
        settings = Settings(webhook_allow=("127.0.0.1",), egress_proxy=url)
        egress = Egress(settings, naming("127.0.0.1")[1])
        assert egress.post(f"http://team.example.org:{port}/hook", {"Connection": "close"}, b"x").status == 204
    assert asked[0].startswith(f"CONNECT 127.0.0.1:{port} HTTP/1.1")
    assert "Proxy-Authorization: Basic YWxlcnRzOnBhc3Mgd29yZA==" in asked[0]


def test_a_proxy_changes_nothing_about_what_is_forbidden() -> None:
    with listening() as (port, heard):
        egress = Egress(Settings(egress_proxy=f"http://127.0.0.1:{port}"), naming("169.254.169.254")[1])
        with pytest.raises(Refused):
            egress.post("http://innocent.example.org/", {}, b"x")
    assert heard == []
