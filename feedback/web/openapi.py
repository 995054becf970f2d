"""What the OpenAPI document says about the API as a whole, and about how any operation of it may fail."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

PROBLEM = "application/problem+json"

FAILURES: dict[int, str] = {
    400: "the body is no JSON object",
    401: "this key is not known here, or no longer valid",
    403: "this key may not do that",
    404: "there is no such service",
    409: "somebody has changed it in the meantime",
    413: "the body is larger than 65,536 bytes",
    415: "this takes application/json",
    422: "this Idempotency-Key was used for another request",
    429: "too many requests; please try again later",
    503: "the store does not answer; please try again in a moment",
}
"""How an operation may fail, with an example of what it then says."""

OF_WRITING = (409, 413, 415, 422)
FOR_OPERATORS = "operators"
OPEN311 = "Open311"
"""Its failures have the specification's own form (GeoReport v2)."""


def openapi_config() -> OpenAPIConfig:
    """Sets up the document alone: its page is ours (`api_reference.py`), since Litestar's come from a CDN."""
    return OpenAPIConfig(
        title="Citizen feedback loop",
        version="1",
        description="Hear citizens on every channel, notice what starts to go wrong, show whether the fix worked.",
        components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
        use_handler_docstrings=True,
        path="/openapi-parts",
        render_plugins=[JsonRenderPlugin()],
    )


def each_operation(
    document: dict[str, Any], changed: Callable[[str, str, dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Returns the document with each operation as `changed` returns it, which is given its path and method, too."""
    paths = {
        path: {
            method: changed(path, method, operation) if isinstance(operation, dict) else operation
            for method, operation in item.items()
        }
        for path, item in document["paths"].items()
        if item
    }
    return {**document, "paths": paths}


def with_failures(document: dict[str, Any]) -> dict[str, Any]:
    """Returns the document with every failure of every operation, each written once among the components."""
    components = document["components"]
    schemas = {**components["schemas"], "Problem": _PROBLEM, "GeoReportErrors": _GEOREPORT_ERRORS}
    responses = {f"Problem{status}": _problem(status, says) for status, says in FAILURES.items()}
    responses |= {f"GeoReport{status}": _georeport(status, says) for status, says in FAILURES.items()}
    return {
        **each_operation(document, _failing),
        "components": {**components, "schemas": schemas, "responses": responses},
    }


def _failing(_: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    if FOR_OPERATORS in operation["tags"]:
        return operation
    form = "GeoReport" if OPEN311 in operation["tags"] else "Problem"
    answers = {status: answer for status, answer in operation["responses"].items() if status < "300"}
    if form == "GeoReport":
        answers = {status: {**answer, "content": _GEOREPORT} for status, answer in answers.items()}
    failures = {
        str(status): {"$ref": f"#/components/responses/{form}{status}"}
        for status in FAILURES
        if method != "get" or status not in OF_WRITING or form == "GeoReport"
    }
    return {**operation, "responses": dict(sorted((answers | failures).items()))}


def _problem(status: int, says: str) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    example = {"type": "about:blank", "title": title, "status": status, "detail": says}
    return {
        "description": title,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }


def _georeport(status: int, says: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/GeoReportErrors"}
    return {
        "description": HTTPStatus(status).phrase,
        "content": {
            "application/json": {"schema": schema, "example": [{"code": str(status), "description": says}]},
            "text/xml": {"schema": {"type": "string"}},
        },
    }


_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457); `errors` names the fields, where it was one of them.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"key": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}

_GEOREPORT = {"application/json": {"schema": {}}, "text/xml": {"schema": {"type": "string"}}}

_GEOREPORT_ERRORS = {
    "type": "array",
    "description": "What went wrong, as Open311 GeoReport v2 tells it.",
    "items": {
        "type": "object",
        "required": ["code", "description"],
        "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
    },
}


def with_channel_bodies(document: dict[str, Any]) -> dict[str, Any]:
    """Returns the document with what channels take: a body in the provider's own form, which no schema here tells."""
    return each_operation(document, _taking)


_SERVICE = {
    "name": "service",
    "in": "query",
    "required": False,
    "schema": {"type": "string"},
    "description": "The slug of the service that it is about, where the body does not tell it",
}


def _taking(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    name = path.removeprefix("/v1/channels/")
    if name == path or method != "post":
        return operation
    schema = {"type": "string", "description": f"as it comes from {name.rpartition('/')[2]} (docs/channels.md)"}
    told = {**operation, "requestBody": {"required": True, "content": {"*/*": {"schema": schema}}}}
    if operation.get("security"):
        told["parameters"] = [*operation.get("parameters", []), _SERVICE]
    return told
