"""The settings of the installation over HTTP: the same fields as in the browser, and in the environment."""

from collections.abc import Iterable

from litestar import get, patch, post
from litestar.params import FromPath, JSONBody

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access, installation
from feedback.record.access import Role
from feedback.web.setup.installation.setting_views import InstallationSetting, shown_settings
from feedback.web.setup.installation.trials import require_usable


@get("/v1/installation/settings", sync_to_thread=True)
def list_settings(request: AnyRequest, record: GivenRecord) -> list[InstallationSetting]:
    """List what is set about the installation, and where. Secrets are never shown."""
    with record.transaction() as session:
        access.require(authenticate(session, request), Role.admin)
        return _settable(shown_settings(session, record).values())


@patch("/v1/installation/settings", sync_to_thread=True)
def set_settings(
    request: AnyRequest, record: GivenRecord, data: JSONBody[dict[str, str | None]]
) -> list[InstallationSetting]:
    """Set some, by name, as texts; null brings one back to how it comes. What the operator has set is refused (409)."""
    with record.transaction() as session:
        who = access.require(authenticate(session, request), Role.admin)
        installation.save(session, record.keys, record.operators_settings, data, who.caller)
        require_usable(installation.together(record.operators_settings, installation.kept(session, record.keys)))
        answer = _settable(shown_settings(session, record).values())
    record.live_settings.forget()
    return answer


@post("/v1/installation/settings/{group:str}/undo", status_code=200, sync_to_thread=True)
def undo_set_settings(request: AnyRequest, record: GivenRecord, group: FromPath[str]) -> list[InstallationSetting]:
    """Bring back what stood in a group before its last save; where nothing does, it is refused (409)."""
    with record.transaction() as session:
        who = access.require(authenticate(session, request), Role.admin)
        installation.undo(session, record.keys, record.operators_settings, group, who.caller)
        answer = _settable(shown_settings(session, record).values())
    record.live_settings.forget()
    return answer


def _settable(settings: Iterable[InstallationSetting]) -> list[InstallationSetting]:
    names = {name for fields in installation.SETTINGS_BY_GROUP.values() for name in fields}
    return [one for one in settings if one.name in names]


router = routes("staff", list_settings, set_settings, undo_set_settings)
