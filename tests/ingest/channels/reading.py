"""A transcript read as its channel reads it."""

from ingest.channels import CHANNELS
from ingest.channels.contract import Inbound, Parsed, Secrets
from ingest.intake.arrival import Arrival
from tests.ingest.channels.phonebook import PhoneBook


def read(name: str, body: bytes | str, **query: str) -> Parsed:
    content = body.encode() if isinstance(body, str) else body
    one = Inbound("", content, "key 1", query=tuple(query.items()), service="blue-badge")
    return CHANNELS[f"calls/{name}"].read(one, Secrets(), PhoneBook())


def arrival(name: str, body: bytes | str, **query: str) -> Arrival:
    (one,) = read(name, body, **query).arrivals
    return one
