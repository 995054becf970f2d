"""Each number, mail address and keyword is one service's. Who comes first by its slug, as until now, keeps what two had"""

import re
from typing import Any

import sqlalchemy as sa
import structlog
from alembic import op

revision = "0018"
down_revision = "0017"

log = structlog.get_logger()

Address = tuple[str, str, str]


def upgrade() -> None:
    table = op.create_table(
        "service_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("keyword", sa.String(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_addresses_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_addresses")),
        sa.UniqueConstraint("kind", "value", "keyword", name=op.f("uq_service_addresses_kind_value_keyword")),
    )
    op.create_index(op.f("ix_service_addresses_service_id"), "service_addresses", ["service_id"])
    services = sa.table(
        "services",
        sa.column("id", sa.Integer()),
        sa.column("slug", sa.String()),
        sa.column("properties", sa.dialects.postgresql.JSONB()),
    )
    connection, taken = op.get_bind(), set[Address]()
    for identity, slug, stored in connection.execute(sa.select(services).order_by(services.c.slug)).all():
        kept = dict(stored)
        rows = _claimed(kept, taken)
        taken |= rows
        if kept != stored:
            log.warning("a number, mail address or keyword of this service is another's, and was taken off", slug=slug)
            connection.execute(services.update().where(services.c.id == identity).values(properties=kept))
        for kind, value, keyword in sorted(rows):
            row = {"kind": kind, "value": value, "keyword": keyword, "service_id": identity}
            connection.execute(table.insert().values(row))


def _claimed(kept: dict[str, Any], taken: set[Address]) -> set[Address]:
    """The addresses of one service; what another has leaves `kept`, the properties."""
    numbers = {text: re.sub("[^0-9]", "", text) for text in _texts(kept, "sms_numbers")}
    keywords = {text: text.strip().casefold() for text in _texts(kept, "sms_keywords")}
    mails = {text: text.strip().casefold() for text in _texts(kept, "mail_addresses")}
    places = set(numbers.values()) or {""}
    keywords = {text: word for text, word in keywords.items() if not {("number", it, word) for it in places} & taken}
    numbers = {text: number for text, number in numbers.items() if keywords or ("number", number, "") not in taken}
    mails = {text: mail for text, mail in mails.items() if ("mail", mail, "") not in taken}
    for name, left in (("sms_numbers", numbers), ("sms_keywords", keywords), ("mail_addresses", mails)):
        if len(left) < len(set(_texts(kept, name))):
            kept[name] = list(left)
    rows = {("mail", mail, "") for mail in mails.values() if mail}
    rows |= {("number", number, "") for number in numbers.values() if number} - taken
    keyed = [number for number in numbers.values() if number] if numbers else [""]
    return rows | {("number", place, word) for place in keyed for word in keywords.values() if word} - taken


def _texts(properties: dict[str, Any], name: str) -> list[str]:
    """A property that was stored before its values were checked may be anything."""
    found = properties.get(name)
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []


def downgrade() -> None:
    op.drop_table("service_addresses")
