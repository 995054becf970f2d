"""Atom feeds (RFC 4287), written as XML."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET  # writes only

MEDIA_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class AtomEntry:
    """One entry of a feed. `id` is an IRI that never changes, `link` the page that shows more, `content` plain text."""

    id: str
    title: str
    updated: dt.datetime
    link: str
    content: str
    published: dt.datetime | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class AtomFeed:
    """A feed: `id` is an IRI that never changes, `link` the page that it belongs to, `self_link` its own address."""

    id: str
    title: str
    author: str
    updated: dt.datetime
    link: str
    entries: Sequence[AtomEntry]
    self_link: str | None = None


def write(feed: AtomFeed) -> bytes:
    """Writes a feed as an XML document in UTF-8."""
    root = ET.Element("feed", xmlns=NAMESPACE)
    _add_heading(root, feed)
    if feed.self_link:
        _add(root, "link", rel="self", href=feed.self_link)
    _add(_add(root, "author"), "name", feed.author)
    for each in feed.entries:
        entry = _add(root, "entry")
        _add_heading(entry, each)
        if each.published:
            _add(entry, "published", _timestamp(each.published))
        if each.category:
            _add(entry, "category", term=each.category)
        _add(entry, "content", each.content, type="text")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _add_heading(parent: ET.Element, part: AtomFeed | AtomEntry) -> None:
    _add(parent, "id", part.id)
    _add(parent, "title", part.title)
    _add(parent, "updated", _timestamp(part.updated))
    _add(parent, "link", rel="alternate", href=part.link)


def _timestamp(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds")


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Control characters are left out, as XML has none."""
    made = ET.SubElement(parent, name, attributes)
    made.text = text and "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")
    return made
