"""python -m tests.packages.queries: writes what KEDA asks PostgreSQL, from the table of stages, into the chart."""

from sqlalchemy import func, select, union_all
from sqlalchemy.dialects import postgresql

from feedback.record.work.stages import STAGES, queues
from tests.test_house import ROOT

FILES = ROOT / "ops" / "helm" / "feedback" / "files"


def oldest_in(queue: str) -> str:
    """The query that tells for how many seconds what has waited longest in a queue has, 0 where nothing waits."""
    stages = (select(func.min(it.since).label("since")).where(*it.waiting) for it in STAGES if it.queue == queue)
    waiting = union_all(*stages).subquery("waiting")
    age = func.extract("epoch", func.now() - func.min(waiting.c.since))
    query = select(func.coalesce(func.greatest(age, 0), 0))
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    words = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).split()
    return " ".join(words).replace(" UNION ALL ", "\nUNION ALL ") + "\n"


if __name__ == "__main__":
    for name in queues():
        (FILES / f"oldest-in-{name}.sql").write_text(oldest_in(name), encoding="utf-8")
