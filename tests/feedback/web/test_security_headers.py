"""Every answer forbids what browsers should not do with it, whoever made it; what is private is kept nowhere."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

Client = TestClient[Litestar]

EVERY_KIND = {
    "a page": "/services/blue-badge/feedback",
    "a redirect": "/dashboard",
    "JSON": "/v1/services/blue-badge/summary",
    "a list": "/v1/services/blue-badge/issues",
    "a feed": "/v1/services/blue-badge/feed.atom",
    "a table": "/v1/services/blue-badge/export.csv",
    "a service that is not there": "/v1/services/none/summary",
    "an address that nothing is at": "/no-such",
    "health": "/health/live",
    "metrics": "/metrics",
    "the API's reference": "/docs",
    "the OpenAPI document": "/openapi.json",
    "the widget": "/widget.js",
    "a colour": "/services/blue-badge/colour.css",
    "a static file that is not there": "/static/citizen/1/none.css",
}
MAY_BE_KEPT = ("the widget", "a colour")


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_answer_forbids_frames_foreign_content_sniffing_and_referrers(
    client: Client, admin: dict[str, str], blue_badge: str, kind: str
) -> None:
    headers = client.get(EVERY_KIND[kind], headers=admin, follow_redirects=False).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] in ("no-referrer", "same-origin")
    assert (headers["cache-control"] == "no-store") == (kind not in MAY_BE_KEPT)


@pytest.mark.parametrize("status", [401, 404, 405, 413])
def test_a_refusal_carries_them_too(client: Client, admin: dict[str, str], blue_badge: str, status: int) -> None:
    url = "/v1/services/blue-badge/feedback"
    answer = {
        401: lambda: client.get("/v1/services/blue-badge/summary"),
        404: lambda: client.get("/v1/services/none/summary", headers=admin),
        405: lambda: client.put(url),
        413: lambda: client.post(url, content=b"x" * 70_000),
    }[status]()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
