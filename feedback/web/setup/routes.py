"""The pages of the set-up, all of them for staff."""

from litestar import Router

from feedback.web.setup import (
    bring_page,
    channels_page,
    organisation_page,
    reach_page,
    service_settings,
    subject_page,
    tolerance_page,
    upload_page,
)
from feedback.web.setup.installation import group_page, overview_page
from insights.pages.confirmations import remember_query
from insights.pages.layout import failure_page

router = Router(
    "/",
    route_handlers=[
        *organisation_page.handlers,
        *overview_page.handlers,
        *group_page.handlers,
        *service_settings.handlers,
        *tolerance_page.handlers,
        *reach_page.handlers,
        *channels_page.handlers,
        *bring_page.handlers,
        *upload_page.handlers,
        *subject_page.handlers,
    ],
    middleware=[remember_query],
    opt={"failure_page": failure_page},
    include_in_schema=False,
)
