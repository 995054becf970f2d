"""What citizens said, as the walk would have left it, without walking."""

import datetime as dt
import uuid
from collections.abc import Sequence

from feedback.record import access
from feedback.record.models import Feedback, Statement, new_id
from tests.insights.made_up import problem
from workers.runtime.actor import Worker


def keep(worker: Worker, texts: Sequence[str], times: Sequence[dt.datetime]) -> None:
    """Pieces about Blue Badge, of one statement each."""
    vectors = worker.tools.encode(texts)
    with worker.record.transaction() as session:
        service_id = access.service(session, "blue-badge").id
        for text, at, vector in zip(texts, times, vectors, strict=True):
            piece = Feedback(
                id=new_id(),
                service_id=service_id,
                channel="web",
                receipt=str(uuid.uuid4()),
                caller="test",
                digest=b"",
                said_at=at,
                stage="done",
                history=True,
            )
            statement = Statement(
                feedback_id=piece.id,
                service_id=service_id,
                said_at=at,
                vector=vector.tolist(),
                **problem(text),
            )
            session.add(piece)
            session.flush()
            session.add(statement)
