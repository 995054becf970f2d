"""Everything that the application can be asked for, and the least that each operation takes."""

import re
import uuid
from typing import Any

from httpx import Response
from litestar import Litestar

Operation = tuple[str, str]

OWNED = {"service", "issue", "feedback", "statement", "signal", "subscription", "alert", "delivery", "refit"} | {
    "regrouping_id",
    "hand_over_id",
    "upload",
    "session_id",
    "person_id",
    "key_id",
    "change_id",
    "import_id",
    "erasure_id",
}

WORDS = dict.fromkeys(("reason", "what", "why", "said", "did", "title", "message", "note"), "words")
"""What forms take that ask for words."""

VALUES = {"kind": "email", "address": "a@b.example", "link": "https://example.org", "at": "2026-01-01T00:00:00Z"}


def operations(app: Litestar) -> list[Operation]:
    routes = [(method, route.path) for route in app.routes for method in getattr(route, "methods", ())]
    return sorted(it for it in routes if it[0] not in ("OPTIONS", "HEAD"))


def path_of(template: str, ids: dict[str, str]) -> str:
    """A path with these ids; what they do not name is made up."""
    made_up = {"str": "test", "int": "1", "uuid": str(uuid.uuid4())}
    return re.sub(r"\{(\w+):(\w+)\}", lambda part: ids.get(part[1], made_up[part[2]]), template)


def is_owned(template: str) -> bool:
    return any(name in OWNED for name in re.findall(r"\{(\w+):", template))


def is_refused(answer: Response) -> bool:
    return answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in")


class Bodies:
    """The least that an operation takes, by the API's own document; what names an id gets one."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def of(self, operation: Operation, ids: dict[str, str]) -> Any:
        method, template = operation
        described = self._document["paths"].get(re.sub(r":\w+", "", template), {}).get(method.lower(), {})
        content = described.get("requestBody", {}).get("content", {}).get("application/json")
        return self._least(content["schema"], ids) if content else None

    def _least(self, schema: dict[str, Any], ids: dict[str, str], name: str = "") -> Any:
        while "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        for several in ("oneOf", "anyOf", "allOf"):
            if several in schema:
                return self._least(next(it for it in schema[several] if it.get("type") != "null"), ids, name)
        if schema.get("type") == "object":
            fields = schema.get("properties", {})
            wanted = {*schema.get("required", ()), *(ids.keys() & fields.keys()), *(VALUES.keys() & fields.keys())}
            return {each: self._least(fields[each], ids, each) for each in sorted(wanted)}
        if schema.get("type") == "array":
            return [self._least(schema["items"], ids, name.removesuffix("s"))]
        if schema.get("type") in ("integer", "boolean"):
            return int(ids.get(name, 1)) if schema["type"] == "integer" else True
        among = schema.get("enum", [VALUES.get(name, "words")])
        return ids.get(name) or (VALUES[name] if VALUES.get(name) in among else among[0])
