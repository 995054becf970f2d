"""What the forms about staff and keys let choose: a role, and the services that somebody answers for."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.i18n import _
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.errors import Forbidden, Malformed
from feedback.record.models import Service
from insights.presentation import labels

EVERY_SERVICE = ""
"""Chosen in place of a service: all of them, as an admin."""
UNCHOSEN = "-"
"""Stands in a form that nobody has filled in, and is no slug: the first choice is offered."""


def require_owner(who: Principal) -> Principal:
    """Returns who asks. Raises `Forbidden` for who owns no service."""
    if not who.with_role(Role.owner):
        raise Forbidden("this takes the role owner")
    return who


def own_roles() -> Mapping[str, str]:
    """Returns the names of the roles that there are on one service, by what they are called in forms."""
    return {role.name: labels.ROLES[role.name] for role in Role if role != Role.admin}


def owned_services(session: Session, who: Principal) -> Mapping[str, str]:
    """Returns the names of the services that somebody owns, by slug; for an admin all of them, and `EVERY_SERVICE`.

    That one is last, so that nobody is made an admin by a form that was sent as it came.
    """
    owned = who.with_role(Role.owner)
    which = select(Service) if None in owned else select(Service).where(Service.id.in_(owned))
    mine = sorted(session.scalars(which), key=lambda it: it.display_name)
    everything = {EVERY_SERVICE: _("All services, as an admin")} if None in owned else {}
    return {it.slug: it.display_name for it in mine} | everything


def chosen(session: Session, who: Principal, slug: str, role: str) -> tuple[Role, Service | None]:
    """Reads a role and its service; all services means an admin. Raises `Forbidden` for who may not give it away."""
    service = access.service_for(session, who, slug, Role.owner) if slug != EVERY_SERVICE else None
    if service is None:
        access.require(who, Role.admin)
        return Role.admin, None
    if role not in own_roles():
        raise Malformed("choose one of the roles", field="role")
    return Role[role], service
