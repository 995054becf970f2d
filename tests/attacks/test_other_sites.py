"""Pages of other sites make a browser send our cookie unasked: no form of the staff's pages takes that for its own."""

import re

from feedback.record.db import Record
from tests.insights.pages.signed_in import Client, signed_in

OF_CITIZENS = ("/v1/", "/open311/", "/receipts", "/services/", "/unsubscribe/")
"""What takes no session: a form of citizens, a key, or a secret in the address."""
SAMPLES = {"int": "1", "uuid": "0" * 32}
OTHERS: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {},
)


def test_no_form_of_staff_takes_what_a_page_of_another_site_sends(
    client: Client, record: Record, blue_badge: str
) -> None:
    browser = signed_in(client, record)
    taking = [route.path for route in client.app.routes if "POST" in getattr(route, "methods", ())]
    forms = {path for path in taking if not path.startswith(OF_CITIZENS)}
    assert len(forms) > 30
    for form in forms:
        path = re.sub(r"\{\w+:(\w+)\}", lambda found: SAMPLES.get(found[1], "blue-badge"), form)
        statuses = [browser.post(path, data={"key": "x"}, headers=others).status_code for others in OTHERS]
        assert statuses == [403] * 4, form
