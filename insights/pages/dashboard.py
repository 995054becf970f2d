"""The staff dashboard: what is emerging, the issues of a service, and what people sent.

Everything is there without JavaScript; a chart is drawn beside the table of its figures where scripts run.
"""

import uuid

from litestar import Response, Router, get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.replica import FROM_REPLICA
from feedback.http.staff import authenticate
from insights.issues.queries import issues, themes
from insights.pages import (
    alerts_page,
    ledger_page,
    piece_page,
    quality_page,
    subscription_page,
)
from insights.pages.confirmations import remember_query
from insights.pages.findings import changes_page, false_alarms, planned_work
from insights.pages.hand_overs import hand_over_page
from insights.pages.issue import deciding, issue_page, merge_page, sort_page
from insights.pages.layout import failure_page, files, plotly, show
from insights.pages.people import (
    audit_page,
    directory_sign_in,
    keys_page,
    language_page,
    passkeys_page,
    sessions_page,
    signing_in,
    staff_page,
)
from insights.pages.search import missed_page, search_page
from insights.pages.service import bulk_page, comparison_page, views_page
from insights.pages.service.feedback_page import feedback_page
from insights.pages.service.service_page import service_page
from insights.pages.subscriptions import edit_page, feed_page
from insights.pages.today import today_page


@get("/dashboard/themes/{theme:uuid}", sync_to_thread=True)
def theme_page(request: AnyRequest, record: GivenRecord, theme: FromPath[uuid.UUID]) -> Response[str]:
    """Shows what several services hear."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found, services = themes.shown(session, who, theme), themes.visible(session, who).values()
        return show(
            who,
            "theme.html",
            theme=found,
            names={service.slug: service.display_name for service in services},
            titles=issues.titles(session, [event.issue for event in found.history if event.issue]),
            zone=next(service.properties.time_zone for service in services if service.slug in found.services),
        )


router = Router(
    "/",
    route_handlers=[
        *signing_in.handlers,
        *directory_sign_in.handlers,
        language_page.choose_language,
        *sessions_page.handlers,
        *passkeys_page.handlers,
        *staff_page.handlers,
        *keys_page.handlers,
        audit_page.audit_page,
        *today_page.handlers,
        theme_page,
        service_page,
        feedback_page,
        comparison_page.comparison_page,
        views_page.save_view,
        views_page.delete_view,
        bulk_page.change_several,
        bulk_page.back_to_list,
        bulk_page.undo_several,
        issue_page.issue_page,
        *sort_page.handlers,
        *merge_page.handlers,
        *quality_page.handlers,
        *search_page.handlers,
        *hand_over_page.handlers,
        *deciding.handlers,
        false_alarms.doubt,
        *changes_page.handlers,
        planned_work.planned_work_page,
        planned_work.announce,
        missed_page.say_missed,
        ledger_page.ledger_page,
        alerts_page.alerts_page,
        alerts_page.subscribe,
        *edit_page.handlers,
        *feed_page.handlers,
        subscription_page.subscription_page,
        subscription_page.act,
        piece_page.piece_page,
        piece_page.read_held,
        piece_page.release,
        piece_page.judge_urgency,
        piece_page.overrule,
        files.handler(),
        plotly.handler(),
    ],
    middleware=[remember_query],
    opt={"failure_page": failure_page} | FROM_REPLICA,
    include_in_schema=False,
)
