"""Telling people by e-mail what was assigned to them, all of a service that they do not know of in one mail."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback.i18n import _, speaking, titles
from feedback.i18n.catalogues import ENGLISH
from feedback.record.access.colleagues import called
from feedback.record.models import Issue, IssueEvent, Person, Service
from feedback.record.settings import Settings
from insights.alerts.delivery import mail, message
from insights.alerts.delivery.message import AlertText, Footer
from insights.issues.queries import issues
from insights.issues.queries.services import UNSETTLED
from insights.presentation import formats, labels
from insights.presentation.formats import one_line
from insights.presentation.schemas import IssueView

log = structlog.get_logger()

Reach = Literal["told", "wants_none", "no_mail", "stranger"]

ACCOUNT_PATH = "/sessions"
"""Where a person says that they want no such mails."""


@dataclass(frozen=True, slots=True)
class AssignmentNotice:
    """Issues that were assigned to somebody of that name, and the mail that says so, where there is one to send."""

    assignee: str
    issue_ids: Sequence[uuid.UUID]
    mail: EmailMessage | None


def reader(session: Session, settings: Settings, service_id: int, assignee: str) -> Person | None:
    """Finds who gets a mail where this name sees to an issue; none where no mail goes out, or they want none."""
    person = called(session, service_id, assignee) if settings.smtp_url else None
    return person if person and person.assignment_mails else None


def reach(session: Session, settings: Settings, service_id: int, assignee: str) -> Reach:
    """Tells whether a mail says to somebody of that name that they see to an issue; if none does, why."""
    if not settings.smtp_url:
        return "no_mail"
    person = called(session, service_id, assignee)
    if person is None:
        return "stranger"
    return "told" if person.assignment_mails else "wants_none"


def untold(session: Session, settings: Settings, service_id: int) -> list[AssignmentNotice]:
    """Finds what was assigned in a service that whoever sees to it does not know of, a notice for each of them."""
    theirs: dict[str, list[Issue]] = {}
    unknown = Issue.assignee.is_not(None) & Issue.assignee.is_distinct_from(Issue.assignee_told)
    rows = select(Issue).where(Issue.service_id == service_id, unknown).order_by(Issue.due.nulls_last(), Issue.id)
    for issue in session.scalars(rows):
        theirs.setdefault(issue.assignee or "", []).append(issue)
    return [_notice(session, settings, assignee, found) for assignee, found in theirs.items()]


def send(settings: Settings, notice: AssignmentNotice) -> None:
    """Sends the mail of a notice. Raises `Unreachable` where no server answers; what one refuses is not sent again."""
    if notice.mail:
        status = mail.send(settings, notice.mail).status
        if status != 250:
            log.warning("a mail about an assignment was not taken", issues=len(notice.issue_ids), status=status)


def note_told(session: Session, notice: AssignmentNotice) -> None:
    """Keeps that whoever it went to knows; what was assigned to somebody else meanwhile is not theirs to know."""
    still = (Issue.id.in_(notice.issue_ids), Issue.assignee == notice.assignee)
    session.execute(update(Issue).where(*still).values(assignee_told=notice.assignee))


def _notice(session: Session, settings: Settings, assignee: str, found: Sequence[Issue]) -> AssignmentNotice:
    """Nothing is to be seen to where an issue is settled or gone meanwhile."""
    ids = [issue.id for issue in found]
    person = reader(session, settings, found[0].service_id, assignee)
    live = [it for it in found if it.status in UNSETTLED and not it.merged_into and not it.ended_at]
    if person is None or not live:
        return AssignmentNotice(assignee, ids, None)
    with speaking(person.language or ENGLISH):
        return AssignmentNotice(assignee, ids, _mail(session, settings, person, live))


def _mail(session: Session, settings: Settings, person: Person, found: Sequence[Issue]) -> EmailMessage:
    """One that is sent again bears the same id, by which a mail program knows it."""
    service = session.get_one(Service, found[0].service_id)
    by = _by_whom(session, found)
    views = issues.views(session, service, found, most_quotes=1)
    texts = [_text(settings, service, view, by.get(view.id, "")) for view in views]
    footer = Footer(
        _("You get this because it was assigned to you."),
        _("Get no such mails"),
        f"{settings.url}{ACCOUNT_PATH}",
    )
    identity = uuid.uuid5(found[0].id, " ".join([person.email, *sorted(str(one.id) for one in found)]))
    subject, plain, html = message.subject(texts), message.plain(texts, footer), message.html(texts, footer)
    return mail.compose(settings, person.email, identity, subject, plain, html, {})


def _by_whom(session: Session, found: Sequence[Issue]) -> Mapping[uuid.UUID, str]:
    latest = (
        select(func.max(IssueEvent.id))
        .where(IssueEvent.issue_id.in_([issue.id for issue in found]), IssueEvent.what.startswith("assigned to"))
        .group_by(IssueEvent.issue_id)
    )
    events = select(IssueEvent.issue_id, IssueEvent.by).where(IssueEvent.id.in_(latest))
    return {row.issue_id: row.by for row in session.execute(events)}


def _text(settings: Settings, service: Service, issue: IssueView, by: str) -> AlertText:
    lines = [_("%(who)s assigned it to you.", who=by)] if by else []
    if issue.due:
        lines.append(_("It is due on %(day)s.", day=formats.day(issue.due)))
    quotes = [(one_line(said.text), labels.BY_CHANNEL.get(said.channel, "")) for said in issue.quotes[:1]]
    heading = _("Assigned to you: %(title)s", title=titles.shown(issue).text)
    link = f"{settings.url}/dashboard/issues/{issue.id}"
    lines = [one_line(line) for line in lines]
    return AlertText(one_line(service.display_name), one_line(heading), lines, quotes, link)
