"""The pages of the set-up, all of them for staff."""

from litestar import Router

from feedback.web.setup import service_settings
from insights.pages.layout import failure_page

router = Router(
    "/",
    route_handlers=[*service_settings.handlers],
    opt={"failure_page": failure_page},
    include_in_schema=False,
)
