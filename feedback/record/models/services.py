"""Who runs the services; the services, and the changes marked on their charts; what channels refused."""

import datetime as dt
from typing import Annotated, Any

import msgspec
from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from feedback import i18n
from feedback.record.models.base import Base, Timed
from feedback.record.models.properties import Colour, Language, Languages, Line, Properties, ServiceName, WebAddress
from feedback.record.states import AddressKind, ChangeKind


class OrganisationFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who runs the installation, in the words of its pages; services that are made get its languages and its colour."""

    name: Line = ""
    names: Annotated[dict[Language, ServiceName], msgspec.Meta(max_length=20)] = {}
    privacy_contact: Line = ""
    privacy_notice: WebAddress = ""
    accessibility_statement: WebAddress = ""
    languages: Languages = Properties().languages
    colour: Colour = Properties().colour


class Organisation(Base):
    """The one row about who runs the installation; `facts` are `OrganisationFacts`."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class StoredSettings(Base):
    """What admins have set of one group of the installation's settings (`name`), sealed under the key of keys.

    `before` is what stood there before the last save, and comes back when that is undone; null where nothing does.
    """

    __tablename__ = "stored_settings"

    name: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    before: Mapped[bytes | None]

    @staticmethod
    def sealed_for(name: str) -> bytes:
        """Returns what must be given again to open what is sealed of the group of that name."""
        return name.encode()


class ChannelRefusal(Base):
    """What a channel refused last, and why; it belongs to no service, since what was refused named none."""

    __tablename__ = "channel_refusals"

    channel: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    reason: Mapped[str]


class Service(Base, Timed):
    """A public service that gets feedback: the unit of access and of topic models."""

    __tablename__ = "services"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    stored_properties: Mapped[dict[str, Any]] = mapped_column("properties", server_default="{}", default=dict)

    @property
    def properties(self) -> Properties:
        """What is set about this service; what is stored and cannot be read is the default."""
        return Properties.stored(self.stored_properties, self.slug)

    def name_in(self, language: str) -> str:
        """Return what this service is called in a language (ISO 639-1)."""
        return self.properties.names.get(language, self.name)

    @property
    def display_name(self) -> str:
        """What this service is called in the language that is spoken now: what people read, wherever they read it."""
        return self.name_in(i18n.language())


class ServiceAddress(Base):
    """Says which service gets what comes to a number or a mail address, perhaps with a keyword as its first word.

    `keyword` is empty for what comes with none. At the `value` "" a keyword counts at every number that nobody has.
    """

    __tablename__ = "service_addresses"
    __table_args__ = (UniqueConstraint("kind", "value", "keyword"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AddressKind]
    value: Mapped[str]
    keyword: Mapped[str]
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)


class ChangeImport(Base, Timed):
    """A calendar file that changes of a service were taken from; they go with it."""

    __tablename__ = "change_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)
    file: Mapped[str]
    by: Mapped[str]


class Change(Base, Timed):
    """A release or an event of the service, marked on its charts. `import_id` is the file that it came with, if any."""

    __tablename__ = "changes"
    __table_args__ = (Index(None, "service_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    kind: Mapped[ChangeKind]
    what: Mapped[str]
    at: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    link: Mapped[str | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("change_imports.id", ondelete="CASCADE"), index=True)


class SavedView(Base, Timed):
    """Filters of a service's list of issues under a name: a person's own, or everybody's where `person_id` is null.

    `query` holds them as the address of the page has them.
    """

    __tablename__ = "saved_views"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    query: Mapped[str]


class Mailbox(Base):
    """A mailbox or maildir. `name` is its address without user and password.

    `service_id` is null where each mail's recipient tells its service. `worked_at` is when a look last succeeded;
    `failure` says in fixed words why the last one did not, and is null where it did.
    """

    __tablename__ = "mailboxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)
    looked_at: Mapped[dt.datetime]
    worked_at: Mapped[dt.datetime | None]
    failure: Mapped[str | None]
