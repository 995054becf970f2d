"""A store filled with made-up pieces of feedback, as many as are wanted: what pages and queries are measured on.

All is made within PostgreSQL, so that a million take minutes. Pieces of one service spread over two years, four in five
by web, one in ten in Welsh, half of them rated and all from one of twenty wards, in issues of which the largest hold
most, as it is in life; one issue in thirty emerges. Ids rise with time, as `new_id` makes them. `vectors` are drawn
from a thousand made beforehand: near enough for the cost of reading them, of no use for what they mean.

Of many pieces, the indexes are built once all are there, and neither keys are checked nor triggers run: four times as
fast as row by row.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, text

DAYS, ISSUES, POOL, WIDTH = 730, 150, 1_000, 384
MANY = 50_000
"""From so many pieces on, indexes are built afterwards."""

SERVICE = "INSERT INTO services (slug, name, properties) VALUES (:slug, :slug, '{}') RETURNING id"

POOL_OF_VECTORS = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS pool AS
SELECT n, (SELECT array_agg(random() - .5 + 0 * (m + n)) FROM generate_series(1, {WIDTH}) m)::vector::halfvec AS vector
FROM generate_series(0, {POOL - 1}) n
"""

ISSUE_ROWS = """
INSERT INTO issues (id, service_id, title, titled_by, keywords, quotes, language, tone, trend, status, model, centroid,
                    radius, created_at)
SELECT gen_random_uuid(), :service, 'Thing ' || n || ' does not work', 'machine', '{thing}', '{}', 'en', 'issue',
       'steady', 'open', 'm', vector, .5, now()
FROM pool WHERE n < :issues
"""

PIECES = """
INSERT INTO feedback (id, service_id, stage, channel, receipt, caller, digest, said_at, received_at, done_at, history,
                      assisted, language, rating, attributes, read_as, text, hidden, verdicts, weight, noticed)
SELECT (lpad(to_hex((1000 * extract(epoch FROM at))::bigint), 12, '0') || substr(gen_random_uuid()::text, 15))::uuid,
       :service, 'done', (ARRAY['web', 'web', 'web', 'web', 'call'])[1 + n % 5],
       :service || '-' || n, 'bench', '', at, at, at, true, false, CASE WHEN n % 10 = 3 THEN 'cy' ELSE 'en' END,
       CASE WHEN n % 2 = 0 THEN 1 + n % 5 END, jsonb_build_object('ward', 'ward ' || n % 20), '{}',
       'It was made up, and does not work in case ' || n % 100000, '{}', '[]', 1, true
FROM generate_series(1, :pieces) n,
     LATERAL (SELECT now() - make_interval(secs => 86400.0 * :days * (:pieces + 1 - n) / :pieces) AS at) _
"""

STATEMENTS = """
WITH numbered AS (SELECT id, (row_number() OVER (ORDER BY id) - 1)::int AS n FROM issues WHERE service_id = :service)
INSERT INTO statements (feedback_id, service_id, position, text, "begin", "end", language, kind, filler, evidence,
                        severity, said_at, vector, embedded_by, issue_id)
SELECT piece.id, :service, 0, piece.text, 0, length(piece.text), 'en', 'problem', false, true, .5, piece.said_at,
       CASE WHEN :vectors THEN pool.vector END, 'bench', numbered.id
FROM (SELECT *, (:issues * random() ^ 2)::int AS m, (:pool * random())::int AS v FROM feedback
      WHERE service_id = :service) piece
LEFT JOIN numbered ON numbered.n = piece.m LEFT JOIN pool ON pool.n = piece.v
"""

QUOTES = """
UPDATE issues SET quotes = ARRAY(SELECT id FROM statements WHERE issue_id = issues.id ORDER BY said_at LIMIT 10)
WHERE service_id = :service
"""

SIGNALS = """
INSERT INTO signals (id, service_id, issue_id, kind, tier, since, detected_at, last_report_at, observed, expected,
                     score, window_hours, feedback_ids, channels, evidence)
SELECT gen_random_uuid(), :service, id, 'surge', 'signal', now() - interval '2 days', now(), now(), 12, 2, 9, 48,
       ARRAY(SELECT feedback_id FROM statements WHERE issue_id = issues.id ORDER BY said_at DESC LIMIT 12),
       '{"web": 12}', '{}'
FROM issues WHERE service_id = :service ORDER BY id LIMIT :issues / 30
"""


INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename IN ('feedback', 'statements') AND indexdef NOT LIKE 'CREATE UNIQUE%'
"""

UNTALLIED = (
    "INSERT INTO untallied_issues (service_id, issue_id) SELECT service_id, id FROM issues WHERE service_id = :service"
)


def fill(connection: Connection, slug: str, pieces: int, *, issues: int = ISSUES, vectors: bool = True) -> int:
    """Makes a service with so many pieces, one statement each, and returns its id."""
    connection.execute(text(POOL_OF_VECTORS))
    service = int(connection.execute(text(SERVICE), {"slug": slug}).scalar_one())
    given = {
        "service": service,
        "pieces": pieces,
        "issues": issues,
        "days": DAYS,
        "vectors": vectors,
        "pool": POOL - 1,
    }
    connection.execute(text(ISSUE_ROWS), given)
    if pieces < MANY:
        _run(connection, given, PIECES, STATEMENTS)
    else:
        with _all_at_once(connection):
            _run(connection, given, PIECES, STATEMENTS, UNTALLIED)
    _run(connection, given, QUOTES, SIGNALS)
    return service


def _run(connection: Connection, given: Mapping[str, object], *statements: str) -> None:
    for statement in statements:
        connection.execute(text(statement), given)


@contextmanager
def _all_at_once(connection: Connection) -> Iterator[None]:
    """Without indexes, triggers and checks of keys, which the rows hold to as they are made."""
    indexes = connection.execute(text(INDEXES)).all()
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
    for name, _ in indexes:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    yield
    for _, definition in indexes:
        connection.exec_driver_sql(definition)
    connection.exec_driver_sql("SET LOCAL session_replication_role = origin")
