"""The forms that enter a change of a service, each on a page of its own."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Response
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError
from feedback.record.limits import convert
from feedback.record.models import Service
from feedback.record.states import ChangeKind
from insights.issues.decisions import change_imports, lifecycle
from insights.issues.decisions.lifecycle import ServiceEvent
from insights.issues.queries import signals
from insights.pages.forms import FormValues, PageOrRedirect, complaint, local_time, submit
from insights.pages.layout import saved, show

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """A form on the page `name` of a service, what its fields hold at first, and what is said of a faulty one.

    The complaint about `otherwise` is made where no field is to blame; what is stored is confirmed by `done`. All
    changes are of one `kind` where that is no field; `at` and `until` may be left empty unless they are `needed`.
    """

    name: str
    template: str
    empty: Mapping[str, str]
    complaints: Mapping[str, str]
    otherwise: str
    done: str
    kind: ChangeKind | None = None
    needed: Collection[str] = ()

    def open(self, request: AnyRequest, record: Record, slug: str) -> Response[str]:
        """Shows the page with an empty form."""
        with record.transaction() as session:
            who = authenticate(session, request)
            return self.page(session, who, access.service_for(session, who, slug), self.empty)

    async def enter(self, request: AnyRequest, record: Record, slug: str) -> PageOrRedirect:
        """Stores the change that was entered, or shows the page again with what is wrong with it."""
        values = {**self.empty, **await form_values(request)}
        return await asyncio.to_thread(self._enter, request, record, slug, values)

    def _enter(self, request: AnyRequest, record: Record, slug: str, values: FormValues) -> PageOrRedirect:
        def enter(session: Session, who: Principal) -> PageOrRedirect:
            service = access.service_for(session, who, slug, Role.editor)
            wanted = self._read(values, ZoneInfo(service.properties.time_zone))
            lifecycle.record_change(session, who, service, wanted)
            return saved(f"/dashboard/{quote(slug)}/{self.name}", self.done)

        def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
            service = access.service_for(session, who, slug)
            return self.page(session, who, service, values, complaint(error, self.complaints, self.otherwise))

        return submit(request, record, enter, show_again)

    def _read(self, values: FormValues, zone: ZoneInfo) -> ServiceEvent:
        times = {
            name: local_time(values[name], name, zone)
            for name in ("at", "until")
            if values[name] or name in self.needed
        }
        wanted = {"what": values["what"], "kind": self.kind or values["kind"], "link": values.get("link") or None}
        return convert({**wanted, **times}, ServiceEvent)

    def page(
        self, session: Session, who: Principal, service: Service, values: FormValues, errors: FormValues | None = None
    ) -> Response[str]:
        """Shows the page with these values in its form."""
        return show(
            who,
            self.template,
            400 if errors else 200,
            service=service,
            changes=signals.latest_changes(session, service, MOST_SHOWN),
            imports=change_imports.listed(session, service, MOST_SHOWN),
            may_change=who.may(Role.editor, service.id),
            values=values,
            errors=errors or {},
        )
