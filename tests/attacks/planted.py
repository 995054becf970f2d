"""One hostile text in every place that a citizen, an import or a colleague can write to."""

import datetime as dt

from sqlalchemy import update

from feedback.record.db import Record
from feedback.record.models import Action, Change, Service, Theme, ThemeIssue, new_id
from tests.insights import made_up


def plant(record: Record, slug: str, text: str, by_staff: str) -> list[str]:
    """Writes `text` for citizens and `by_staff` for colleagues, past every door; returns the paths of the pages."""
    with record.transaction() as session:
        issue, other = made_up.issue(session, slug, text), made_up.issue(session, slug, f"Another {text}")
        issue.keywords = [text]
        pieces = [
            made_up.report(session, issue, f"{number} {text}", page_url=f"/{text}", attributes={text: text})
            for number in range(3)
        ]
        made_up.report(session, other, text, "call", reason=by_staff)
        made_up.signal(session, issue, pieces)
        session.execute(update(Service).where(Service.slug == slug).values(name=by_staff))
        session.add(Action(issue_id=issue.id, what=by_staff, at=made_up.NOW, link="https://example.org/", by=by_staff))
        session.add(Change(service_id=issue.service_id, kind="release", what=by_staff, at=made_up.NOW))
        theme = Theme(id=new_id(), title=text, centroid=[1.0])
        session.add(theme)
        session.flush()
        session.add(ThemeIssue(issue_id=issue.id, theme_id=theme.id))
        issue.due = made_up.NOW - dt.timedelta(days=2)
        return [
            *(
                "/",
                "/dashboard",
                "/search?q=fails",
                f"/dashboard/{slug}",
                f"/dashboard/{slug}/feedback",
                f"/dashboard/{slug}/alerts",
            ),
            *(f"/dashboard/{slug}/{page}" for page in ("outcomes", "quality", "enter", "search?q=fails")),
            *(f"/dashboard/{slug}/handed-over", f"/dashboard/issues/{issue.id}/hand-over"),
            f"/dashboard/feedback/{pieces[0].id}/hand-over",
            *(f"/dashboard/issues/{issue.id}", f"/dashboard/issues/{issue.id}/sort", f"/dashboard/themes/{theme.id}"),
            *(f"/dashboard/feedback/{pieces[0].id}", f"/services/{slug}/feedback", f"/services/{slug}/you-said-we-did"),
        ]
