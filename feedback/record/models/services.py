"""Services, what may be set about each, and the changes marked on their charts."""

import datetime as dt
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Timed
from feedback.record.states import Nation


class Properties(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is worth changing per service; `docs/settings.md` says what each does."""

    department: str = ""
    nation: Nation = Nation.ENGLAND
    time_zone: str = "Europe/London"
    languages: tuple[str, ...] = ("en", "cy")
    sms_numbers: tuple[str, ...] = ()
    sms_keywords: tuple[str, ...] = ()
    acknowledge: bool = False
    follow_up: bool = False
    mail_addresses: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    tolerance: float = 0.02
    retention_days: int = 730
    colour: str = "#0b5d7a"
    anyone_may_write: bool = True


class Service(Base, Timed):
    """A public service that gets feedback: the unit of access and of topic models."""

    __tablename__ = "services"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    stored_properties: Mapped[dict[str, Any]] = mapped_column("properties", server_default="{}", default=dict)

    @property
    def properties(self) -> Properties:
        """What is set about this service; a nation that an earlier version took as any text is the default."""
        stored = self.stored_properties
        if stored.get("nation", Nation.ENGLAND) not in list(Nation):
            stored = {**stored, "nation": Nation.ENGLAND}
        return msgspec.convert(stored, Properties)


class Change(Base, Timed):
    """A release or an event of the service, marked on its charts."""

    __tablename__ = "changes"
    __table_args__ = (Index(None, "service_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    kind: Mapped[str]
    what: Mapped[str]
    at: Mapped[dt.datetime]
    until: Mapped[dt.datetime | None]
    link: Mapped[str | None]
