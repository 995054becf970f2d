"""A forgotten filter finds nothing of another service."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Executable, delete, func, insert, inspect, literal, select, text, union_all, update
from sqlalchemy.orm import Session, aliased

from feedback.record import access
from feedback.record.access import Role, scope
from feedback.record.db import Record
from feedback.record.errors import NotFound
from feedback.record.models import (
    AuditEntry,
    Base,
    Credential,
    Feedback,
    Issue,
    IssueEvent,
    Service,
    Statement,
    Subscription,
)
from tests.feedback.record.test_migrations import value


def is_scoped(model: type[Base]) -> bool:
    """Tells whether rows of this table belong to services, by themselves or by what they refer to."""
    return model is Service or "service_id" in model.__table__.columns or bool(scope._owners(model))


MODELS = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda model: model.__name__)
SCOPED = [model for model in MODELS if is_scoped(model)]
OF_ALL = {"Answered", "DayKey", "MessagePart", "Passkey", "Person", "Raw", "Theme", "ThemeSignal", "WideWork"} | {
    "ChannelRefusal",
    "Organisation",
    "StoredSettings",
    "WorkDone",
}
"""Of the installation and its processes, or keyed by request, day, message, person, piece or theme: what is shown
of a theme is chosen by the services that one may see, and staff by their memberships."""


@pytest.fixture
def mine(record: Record) -> Iterator[Session]:
    """What somebody sees who has a key of a service, where one row of each table belongs to another."""
    with record.transaction() as session:
        keys: dict[Any, Any] = {}
        for table in Base.metadata.sorted_tables:
            if table.name == "raw":
                continue
            row = {column.name: value(column, keys) for column in table.columns if not column.identity}
            stored = session.execute(insert(table).values(row).returning(*table.primary_key.columns)).one()
            keys |= dict(zip(table.primary_key.columns, stored, strict=True))
        session.execute(update(Credential).values(parent_id=None))
        for name in ("services", "credentials"):
            session.execute(text(f"SELECT nextval('{name}_id_seq')"))  # past the row that was given its number
        own = Service(slug="own", name="Own", stored_properties={})
        session.add(own)
        session.flush()
        secret = access.create(session, "key", Role.owner, own)
    with record.transaction() as session:
        access.identify(session, secret, "key")
        yield session


def test_each_table_belongs_to_services_or_is_known_not_to() -> None:
    assert {model.__name__ for model in MODELS} - {model.__name__ for model in SCOPED} == OF_ALL


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_a_query_without_a_filter_finds_nothing_of_another_service(
    mine: Session, record: Record, model: type[Base]
) -> None:
    with record.transaction() as everything:
        stored = everything.scalars(select(model)).all()
        others = [row for row in stored if getattr(row, "slug", "") != "own" and getattr(row, "name", "") != OWN_KEY]
        assert others
    key = [getattr(model, column.name) for column in inspect(model).primary_key]
    other = aliased(model)
    found = {tuple(row) for row in mine.execute(select(*key))}
    found |= {tuple(row) for row in mine.execute(select(*[getattr(other, column.key) for column in key]))}
    of_others = {tuple(getattr(row, column.key) for column in key) for row in others}
    assert not found & of_others
    assert [mine.get(model, identity) for identity in of_others] == [None] * len(of_others)


OWN_KEY = "owner of own"


@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model.__name__)
def test_nothing_of_another_service_is_deleted(mine: Session, record: Record, model: type[Base]) -> None:
    with record.transaction() as everything:
        before = everything.scalar(select(func.count()).select_from(model)) or 0
    with mine.begin_nested():
        mine.execute(delete(model))
        mine.info.clear()
        left = mine.scalar(select(func.count()).select_from(model)) or 0
    assert left >= before - (model in (Service, Credential))


def test_joins_subqueries_and_unions_are_limited_too(mine: Session) -> None:
    pieces = select(Statement.feedback_id).cte()
    statements: list[Executable] = [
        select(Issue.title, IssueEvent.what).join(IssueEvent),
        select(Service.slug, Feedback.text).outerjoin(Feedback, literal(value=True)).where(Feedback.id.is_not(None)),
        select(pieces.c.feedback_id),
        select(literal(1)).where(select(Subscription.id).exists()),
        select(select(func.count(AuditEntry.id)).scalar_subquery()).where(select(Issue.id).exists()),
        union_all(select(Issue.title), select(Statement.text)),
        select(func.count()).select_from(Feedback).having(func.count() > 0),
    ]
    assert [mine.execute(statement).all() for statement in statements] == [[]] * len(statements)


@pytest.mark.parametrize(
    "statement",
    [
        text("SELECT * FROM issues"),
        select(Base.metadata.tables["issues"]),
        delete(Base.metadata.tables["issues"]),
        select(Issue).from_statement(text("SELECT * FROM issues")),
        insert(IssueEvent).from_select(["issue_id", "by", "what"], select(Issue.id, Issue.title, Issue.title)),
    ],
)
def test_what_cannot_be_limited_is_refused(mine: Session, statement: object) -> None:
    with pytest.raises(RuntimeError, match="cannot be limited"):
        mine.execute(statement)  # type: ignore[call-overload]


def test_the_limit_is_lifted_for_a_block_and_no_longer(mine: Session) -> None:
    with pytest.raises(ZeroDivisionError), scope.lifted(mine):
        assert mine.scalar(select(func.count()).select_from(Service)) == 2
        1 / 0  # noqa: B018 - it must stand again whatever happens
    assert mine.scalars(select(Service.slug)).all() == ["own"]


def test_a_session_is_limited_to_who_was_identified_in_it(mine: Session, record: Record) -> None:
    with pytest.raises(NotFound):
        access.service(mine, "a")
    assert access.service(mine, "own").name == "Own"
    with record.transaction() as other:
        assert other.scalar(select(func.count()).select_from(Service)) == 2


def test_two_sessions_have_each_its_own_limit(mine: Session, record: Record) -> None:
    """The statement is compiled once, and its parameters are not."""
    with record.transaction() as session:
        other = session.scalars(select(Service).where(Service.slug != "own")).one()
        slug, secret = other.slug, access.create(session, "key", Role.reader, other)
    with record.transaction() as session:
        access.identify(session, secret, "key")
        for _ in range(3):
            assert session.scalars(select(Service.slug)).all() == [slug]
            assert mine.scalars(select(Service.slug)).all() == ["own"]
            assert len(session.scalars(select(Issue)).all()) == 1
            assert mine.scalars(select(Issue)).all() == []
