"""Nothing stands in the code that nobody uses."""

import re
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).parent.parent
ROOMS = ("feedback", "ingest", "insights", "nlp", "workers")
USED_BY_FRAMEWORKS = {
    "SQLAlchemy": {"bind_processor", "cache_ok", "dialect", "impl", "process_bind_param", "process_result_value"}
    | {"type_annotation_map", "released_by"},
    "Uvicorn": {"timeout_keep_alive_handler", "disconnected", "msg", "send_400_response"},
    "http.server": {"RequestHandlerClass", "do_GET", "do_POST", "log_message"},
    "httpcore and Apprise": {"connect_tcp", "start_tls", "timeout", "redirects"},
    "Litestar and Jinja": {"__doc__", "globals", "logger"},
    "BERTopic": {"_save_representative_docs", "_preprocess_text", "representative_docs_", "labels_", "y"},
    "Dramatiq, by the name of a stage": {
        "deliver",
        "check_encoder",
        "embed",
        "backtest",
        "try_tolerances",
        "tell_assigned",
    },
    "Prometheus": {"collect"},
    "Alembic, in migrations": {"add_unique", "add_foreign_key"},
}
ANSWERS = {"from_issue", "to_issue", "repeats", "moves", "opened_by", "opened_at", "is_current", "next_cursor"} | {
    "longest_seconds",
    "stability",
    "by_language",
    "by_meaning",
    "acted_on",
    "noticing",
    "sent_per_week",
    "false_per_week",
    "service_total",
    "in_words",
    "expected_low",
    "expected_high",
}
"""Fields of answers over HTTP that no page shows."""

OPEN_SETS = {"OTHER", "OUTAGE", "LETTER", "HOLIDAY"}
"""Kinds that people choose, and no code tells from others."""


def test_every_name_is_used_by_code_a_template_or_a_framework() -> None:
    handlers = ["@get*", "@post*", "@put*", "@patch*", "@delete*", "@*.command*", "@event*"]
    search = Vulture(ignore_decorators=handlers)
    search.scavenge([str(ROOT / room) for room in ROOMS], exclude=["*/migrations/versions/*"])
    known = ANSWERS | OPEN_SETS | _in_templates() | set().union(*USED_BY_FRAMEWORKS.values())
    unused = [found for found in search.get_unused_code(min_confidence=60) if found.name not in known]
    assert [f"{found.filename}:{found.first_lineno} {found.name}" for found in unused] == []


def _in_templates() -> set[str]:
    shown = [re.findall(r"\w+", path.read_text()) for room in ROOMS for path in (ROOT / room).rglob("*.html")]
    return set().union(*shown)
