"""One reading of `Authorization` for every door."""

import pytest

from feedback.http.bearer import bearer_token, require_bearer_token
from feedback.record.errors import NotAuthentic


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "BEARER  abc "])
def test_the_scheme_is_known_in_any_case(header: str) -> None:
    assert bearer_token({"authorization": header}) == "abc"


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic abc"}, {"authorization": "abc"}])
def test_what_is_no_bearer_token_is_not_taken_for_one(headers: dict[str, str]) -> None:
    assert bearer_token(headers) is None
    with pytest.raises(NotAuthentic, match="Bearer KEY"):
        require_bearer_token(headers)


def test_an_empty_token_is_one_that_nobody_has() -> None:
    assert require_bearer_token({"authorization": "Bearer "}) == ""
