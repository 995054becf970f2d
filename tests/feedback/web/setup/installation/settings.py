"""What tests of the installation's settings ask."""

from litestar import Litestar

from feedback.record.settings import Settings
from tests.insights.pages.signed_in import Client

PATH, API = "/setup/installation", "/v1/installation/settings"
SECRET = "xq-never-shown"


def settings_of(app: Litestar) -> Settings:
    found: Settings = app.state.record.settings
    return found


def told(client: Client, admin: dict[str, str], name: str) -> dict[str, object]:
    return next(dict(it) for it in client.get(API, headers=admin).raise_for_status().json() if it["name"] == name)
