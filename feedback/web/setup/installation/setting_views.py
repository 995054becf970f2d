"""A setting of the installation as it may be shown: what is set, by whom, and of a secret nothing but that."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import Field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record import installation
from feedback.record.db import Record
from feedback.record.installation import FIELDS, KeptSetting
from feedback.record.models import Credential, Person
from feedback.record.settings import Settings, variable_of
from insights.presentation.words import audit_words

_DATABASES = ("database_url", "database_direct_url", "database_read_url")
ADDRESSES = (*_DATABASES, "redis_url", "smtp_url", "imap_url", "egress_proxy")
"""Secrets that are the address of a server, and may hold a password."""

WhereSet = Literal["environment", "file", "browser", "default"]


class InstallationSetting(msgspec.Struct, frozen=True):
    """A setting: its variable, what it is for, and where it is set.

    Of a secret `value` is the host, where it names one, and else nothing. `set_by` and `set_at` tell of one that was
    set in the browser. `pinned`: the operator has set it, and nobody else may.
    """

    name: str
    variable: str
    says: str
    source: WhereSet
    is_secret: bool
    value: str
    pinned: bool
    set_by: str = ""
    set_at: dt.datetime | None = None


def shown_settings(session: Session, record: Record) -> Mapping[str, InstallationSetting]:
    """Returns every setting as it may be shown, by its field."""
    kept = installation.kept(session, record.keys)
    counted, pinned = (
        installation.together(record.operators_settings, kept),
        installation.pinned(record.operators_settings),
    )
    sources = Settings.sources()
    authors = {one.by: _author(session, one.by) for one in kept.values()}
    return {
        name: _shown(one, counted, name in pinned, sources[name], kept.get(name), authors)
        for name, one in FIELDS.items()
    }


def _author(session: Session, by: str) -> str:
    kind, _, number = by.partition(":")
    models: Mapping[str, type[Person | Credential]] = {"person": Person, "key": Credential}
    named = models.get(kind)
    name = session.scalar(select(named.name).where(named.id == int(number))) if named else None
    return audit_words.author(by, name)


def _shown(
    of: "Field[Any]",
    settings: Settings,
    pinned: bool,
    operators: Literal["environment", "file", "default"],
    kept: KeptSetting | None,
    authors: Mapping[str, str],
) -> InstallationSetting:
    value, is_secret = getattr(settings, of.name), bool(of.metadata["secret"])
    source: WhereSet = "default" if value == of.default else operators
    if kept and not pinned:
        source = "browser"
    who = (authors.get(kept.by, ""), kept.at) if kept and source == "browser" else ("", None)
    text = _host(of.name, value) if is_secret else _text(value)
    return InstallationSetting(of.name, variable_of(of), of.metadata["says"], source, is_secret, text, pinned, *who)


def _host(name: str, value: object) -> str:
    """Of a secret nothing, but where it is an address, of whom; a password that looks like one is none."""
    try:
        return urlsplit(str(value)).hostname or "" if name in ADDRESSES and value else ""
    except ValueError:
        return ""


def _text(value: object) -> str:
    """As the environment would hold it."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ", ".join(_group(*one) if isinstance(one, tuple) else str(one) for one in value)
    return "" if value is None else str(value.absolute() if isinstance(value, Path) else value)


def _group(group: str, given: tuple[str, str | None]) -> str:
    return f"{group}={':'.join(filter(None, given))}"
