"""Statements: what is embedded and grouped."""

import datetime as dt
import uuid

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Vector
from feedback.record.states import StatementKind

EVIDENCE = (StatementKind.PROBLEM, StatementKind.REQUEST, StatementKind.SUGGESTION, StatementKind.QUESTION)
"""The kinds that may count towards a signal; praise and the rest stay in the volumes alone."""

INDEXED_DIMENSIONS = 384
"""An index of vectors is of one width: that of the encoder that comes with this."""


class Statement(Base):
    """One thing said in a piece of feedback, redacted, with its vector.

    `evidence` marks what may count towards a signal (a problem, a request, a suggestion; no filler, no further copy).
    `assigned_by` is the model version that put it into its issue, or "person". `offset` counts seconds into a call.
    """

    __tablename__ = "statements"
    __table_args__ = (
        Index(None, "service_id", "said_at"),
        Index(
            "ix_statements_of_issue",
            "issue_id",
            "said_at",
            postgresql_include=["feedback_id"],
            postgresql_where=text("issue_id IS NOT NULL"),
        ),
        Index("ix_statements_words", text("to_tsvector('english', text)"), postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id", ondelete="CASCADE"), index=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"))
    position: Mapped[int]
    text: Mapped[str]
    begin: Mapped[int]
    end: Mapped[int]
    language: Mapped[str]
    kind: Mapped[StatementKind]
    filler: Mapped[bool]
    evidence: Mapped[bool]
    severity: Mapped[float]
    said_at: Mapped[dt.datetime]
    offset: Mapped[float | None]
    vector: Mapped[list[float] | None] = mapped_column(Vector)
    embedded_by: Mapped[str | None]
    issue_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("issues.id", ondelete="SET NULL"))
    sureness: Mapped[float | None]
    assigned_by: Mapped[str | None]


class SearchIndex(Base):
    """The index of vectors of one large service: all that it holds of statements up to the id `upto` is in it.

    `model` embedded them. Smaller services have none: to compare all of their vectors takes no longer.
    """

    __tablename__ = "search_indexes"

    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str]
    upto: Mapped[int] = mapped_column(BigInteger)


class SearchVector(Base):
    """The vector of a statement once more, in an index that finds the nearest without comparing all (HNSW).

    It goes with its statement, and once that is another's or says something else: a trigger sees to it. A table of its
    own, since an index on the statements' would slow down twentyfold whatever stores one. Workers make an index for
    each service.
    """

    __tablename__ = "search_vectors"

    statement_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("statements.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)
    vector: Mapped[list[float]] = mapped_column(Vector(INDEXED_DIMENSIONS))
