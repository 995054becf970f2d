"""Examples of what the API takes and answers, so that its reference shows each body as it looks on the wire.

What is sent is written by hand, since a body made up from its schema tells nobody what it is for; what is answered is
made from its schema.
"""

from collections.abc import Mapping
from typing import Any

from feedback.web.openapi import each_operation

Json = Any
"""What a JSON document may hold."""

_ID, _OTHER_ID = "01a2ce4e-7c1f-7d0a-9a44-3f2b8c1d5e6f", "01a2ce51-02b9-7f3c-8e15-6a7b9c0d1e2f"
_DAY, _TIME = "2026-03-02", "2026-03-02T09:12:00Z"

SENT: Mapping[str, Json] = {
    "Submission": {
        "message": "The renewal page logs me out after I pay",
        "rating": 2,
        "page_url": "https://www.example.org/blue-badge/renew",
        "attributes": {"ward": "Harbour"},
    },
    "IssueDecision": {"status": "acknowledged", "assignee": "Sam Okoro", "due": _DAY, "note": "Asked the supplier"},
    "ActionTaken": {"what": "Raised the size limit of photos", "link": "https://example.org/releases/42"},
    "ServiceEvent": {"kind": "release", "what": "New payment page", "at": _TIME},
    "SnoozeRequest": {"until": _TIME},
    "PreviewRequest": {"service": "blue-badge", "filters": {"kinds": ["new", "surge"], "channels": ["call"]}},
    "VerdictOverride": {"counts": False, "reason": "A test of ours"},
    "ReleaseReason": {"reason": "The safeguarding team has called back"},
    "HandOverRequest": {"to": "council-tax", "reason": "It is about the council tax account"},
    "PublicationText": {"said": "Photos did not upload", "did": "We raised the limit; they upload now"},
    "MergeRequest": {"into": _OTHER_ID, "reason": "The same thing"},
    "SplitRequest": {"statements": [1041, 1057], "title": "The photo step loses the connection"},
    "KeepApartRequest": {"statements": [1041], "reason": "About something else"},
    "MoveRequest": {"issue": _OTHER_ID},
    "NewService": {"name": "Blue Badge", "slug": "blue-badge"},
    "FalseAlarmReport": {"reason": "A rehearsal"},
    "MissedReport": {"feedback": [_ID, _OTHER_ID], "title": "The zebra crossing is faded"},
    "Subject": {"contact": "sam@example.org"},
    "SubscriptionRequest": {
        "kind": "webhook",
        "service": "blue-badge",
        "url": "https://example.org/hooks/feedback",
        "filters": {"kinds": ["new", "surge", "regression"]},
        "digest": "at_once",
    },
    "SubscriptionChange": {"state": "muted"},
    "ViewRequest": {"name": "By phone, unassigned", "query": "channel=call&unassigned=true", "shared": True},
}
"""By the name of the schema."""

_OF_ANY_FIELDS = {"department": "Transport", "time_zone": "Europe/London"}
"""The settings of a service, any of them: a body whose schema names no field."""

_WORDS: Mapping[str, Json] = {
    "by": "Sam Okoro",
    "caller": "key:7",
    "detail": "there is no such service",
    "example": "The photo does not upload",
    "language": "en",
    "link": "https://example.org/releases/42",
    "mail_from": "feedback@example.org",
    "message": "The renewal page logs me out after I pay",
    "model": "all-MiniLM-L6-v2",
    "name": "Blue Badge",
    "next_cursor": None,
    "page_url": "https://www.example.org/blue-badge/renew",
    "receipt": "E8WP-8PFE-N1SM-5J71",
    "says": "41 reports since 09:12 today, mostly by phone; normally about 3 in that time. More and more are coming.",
    "service": "blue-badge",
    "service_name": "Blue Badge",
    "slug": "blue-badge",
    "text": "The photo does not upload",
    "time_zone": "Europe/London",
    "title": "Photo does not upload",
    "url": "https://example.org/hooks/feedback",
    "what": "Raised the size limit of photos",
    "en": "Photo does not upload",
    "ward": "Harbour",
    "zone": "Europe/London",
}
"""What stands in fields of these names."""

_KEYS = {
    "": "mail_from",
    "by_channel": "web",
    "by_language": "en",
    "titles": "en",
    "attributes": "ward",
    "channels": "web",
}
_FORMS = {"uuid": _ID, "date": _DAY, "date-time": _TIME}
_DEEPEST = 12  # schemas within schemas, some of which hold themselves


def with_examples(document: dict[str, Any]) -> dict[str, Any]:
    """Returns an OpenAPI document with an example of each JSON body that is sent or answered with."""
    schemas = document["components"]["schemas"]

    def shown(_path: str, _method: str, operation: dict[str, Any]) -> dict[str, Any]:
        answers = {status: _with_example(answer, schemas) for status, answer in operation["responses"].items()}
        bodies = {"responses": answers}
        if "requestBody" in operation:
            bodies["requestBody"] = _with_example(operation["requestBody"], schemas)
        return {**operation, **bodies}

    return each_operation(document, shown)


def _with_example(body: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    content = {
        media: {**told, "example": example(told["schema"], schemas)}
        if media == "application/json" and told.get("schema") and "example" not in told
        else told
        for media, told in body.get("content", {}).items()
    }
    return {**body, "content": content} if content else dict(body)


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "", depth: int = 0) -> Json:
    """Makes a value that a schema allows; `name` is the field that holds it, `schemas` are those that it may name."""
    if "$ref" in schema:
        called = schema["$ref"].rpartition("/")[2]
        return SENT[called] if called in SENT else example(schemas[called], schemas, name, depth + 1)
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        told = next((one for one in choices if one.get("type") != "null"), choices[0])
        bounds = {key: schema[key] for key in ("minimum", "maximum") if key in schema}
        return example({**bounds, **told}, schemas, name, depth)
    if "enum" in schema:
        return schema["enum"][0]
    return _of_type(schema, schemas, name, depth)


def _of_type(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str, depth: int) -> Json:
    kinds = schema.get("type", "null")
    kind = kinds if isinstance(kinds, str) else next((one for one in kinds if one != "null"), "null")
    if kind == "object":
        return _object(schema, schemas, name, depth)
    if kind == "array":
        item = schema.get("items")
        return [example(item, schemas, name, depth + 1)] if item and depth < _DEEPEST else []
    plain = {
        "string": _WORDS.get(name, name.replace("_", " ")),
        "integer": min(max(3, int(schema.get("minimum", 0))), int(schema.get("maximum", 3))),
        "number": 0.5,
        "boolean": False,
    }
    return _FORMS.get(schema.get("format", ""), plain.get(kind))


def _object(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str, depth: int) -> Json:
    if depth >= _DEEPEST:
        return {}
    more = schema.get("additionalProperties")
    if more == {}:
        return {} if name else _OF_ANY_FIELDS
    if isinstance(more, dict):
        key = _KEYS.get(name, "name")
        return {key: example(more, schemas, key, depth + 1)}
    fields = schema.get("properties", {})
    return {field: example(told, schemas, field, depth + 1) for field, told in fields.items()}
