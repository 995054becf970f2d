"""The one place where services are kept apart: who answers for some services finds nothing of another.

Once somebody is identified in a session, each statement of that session sees the rows of their services alone, also
where a handler forgets to say so: the condition is put to every mapped class, wherever in the statement it stands
(joins, aliases, subqueries; updates and deletions too). What the condition cannot be put to is refused.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Integer,
    Table,
    TextClause,
    event,
    inspect,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import FromStatement, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors

from feedback.record.models import Base, Credential, Mailbox, Service, ThemeEvent

COMMON: tuple[type[Base], ...] = (Credential, Mailbox, ThemeEvent)
"""Rows of no service are everybody's here: the name of an admin in an audit, what befell a theme as a whole, and
whether the mailbox of all services works."""

_KEY = "scope"


def limit(session: Session, services: Collection[int] | None) -> None:
    """Limits a session to services, by their ids, for as long as it lasts; not, for None, who answers for all."""
    if services is None:
        session.info.pop(_KEY, None)
    else:
        ids = sorted(services)
        session.info[_KEY] = with_loader_criteria(Base, lambda cls: _criterion(cls, ids), include_aliases=True)


@contextmanager
def lifted(session: Session) -> Iterator[None]:
    """Lifts the limit for as long as the block lasts, for the few acts that are about all services by their nature."""
    limited = session.info.pop(_KEY, None)
    try:
        yield
    finally:
        if limited is not None:
            session.info[_KEY] = limited


def _criterion(model: Any, services: Any) -> ColumnElement[bool]:
    """SQLAlchemy asks for each class and each alias of one, and first for the base of all, which has no table."""
    if not hasattr(model, "__table__"):
        return literal_column("service_id", Integer).in_(services)
    kind = inspect(model).mapper.class_
    own: ColumnElement[Any] | None = model.id if kind is Service else getattr(model, "service_id", None)
    if own is not None:
        return or_(own.in_(services), own.is_(None)) if kind in COMMON else own.in_(services)
    owners = [_is_within(getattr(model, name), key, services) for name, key in _owners(model)]
    return or_(*owners) if owners else true()


def _owners(model: Any) -> list[tuple[str, Any]]:
    """The keys that lead to a table with a service: the first that is always set, else all of them."""
    found = [
        (column.name, key.column, column.nullable)
        for column in model.__table__.columns
        for key in column.foreign_keys
        if "service_id" in key.column.table.columns
    ]
    always = [(name, key) for name, key, nullable in found if not nullable]
    return always[:1] or [(name, key) for name, key, _ in found]


def _is_within(own: ColumnElement[Any], key: Any, services: Any) -> ColumnElement[bool]:
    owner = key.table.alias()
    return own.in_(select(owner.c[key.name]).where(owner.c.service_id.in_(services)))


@event.listens_for(Session, "do_orm_execute")
def _apply(state: ORMExecuteState) -> None:
    if (limited := state.session.info.get(_KEY)) is None:
        return
    if isinstance(state.statement, Insert):
        if state.statement.select is not None:
            raise RuntimeError("what an insertion selects cannot be limited to a service")
        return
    if isinstance(state.statement, FromStatement) or not (state.is_orm_statement or _is_of_no_table(state.statement)):
        raise RuntimeError("a statement without mapped classes cannot be limited to a service")
    state.statement = state.statement.options(limited)


def _is_of_no_table(statement: Any) -> bool:
    return not any(isinstance(part, Table | TextClause) for part in visitors.iterate(statement))
