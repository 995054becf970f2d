"""The commands `feedback key` and `feedback sign-in`: who may come in, and who no longer."""

import datetime as dt
from typing import TYPE_CHECKING

import click

from feedback.record.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from feedback.record.access import Role
    from feedback.record.models import Service

ROLES = ["reader", "editor", "owner", "admin"]


@click.group()
def key() -> None:
    """API keys: create, list, revoke."""


@key.command("create")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--service", "slug", help="The service it is for; an admin's key is for all.")
@click.option("--name", default="", help="Whose it is.")
@click.pass_obj
def key_create(settings: Settings, role: str, slug: str | None, name: str) -> None:
    """Make an API key and print it, this once."""
    from feedback.cli.bootstrap import started
    from feedback.record import access

    with started(settings) as runtime, runtime.record.transaction() as session:
        secret = access.create(session, "key", *named_role(session, role, slug), name=name)
    click.echo("Keep it safe, it is not shown again:", err=True)
    click.echo(secret)


@key.command("list")
@click.pass_obj
def key_list(settings: Settings) -> None:
    """Say which keys there are (not the keys themselves), and which sessions each has open."""
    from sqlalchemy import select

    from feedback.cli.bootstrap import started
    from feedback.record import access
    from feedback.record.models import Credential

    with started(settings) as runtime, runtime.record.transaction() as session:
        keys = select(Credential).where(Credential.kind == "key").order_by(Credential.id)
        for found in session.scalars(keys):
            state = f"revoked {found.revoked_at:%F}" if found.revoked_at else _until(found.expires_at)
            click.echo(f"{found.id}\t{found.role}\t{found.name}\t{state}")
        open_sessions = select(Credential).where(Credential.kind == "session", *access.valid()).order_by(Credential.id)
        for found in session.scalars(open_sessions):
            opened_by = found.parent_id or "staff"
            state = f"session of {opened_by} since {found.created_at:%F %H:%M}"
            click.echo(f"{found.id}\t{found.role or 'staff'}\t{found.name}\t{state}")


def _until(ends: dt.datetime | None) -> str:
    if ends is None:
        return "valid"
    return f"{'valid until' if ends > dt.datetime.now(dt.UTC) else 'expired'} {ends:%F}"


@key.command("revoke")
@click.argument("number", type=int)
@click.pass_obj
def key_revoke(settings: Settings, number: int) -> None:
    """Make a key worthless, by its number in the list, with its sessions, event streams and feed addresses."""
    from feedback.cli.bootstrap import started
    from feedback.record import access

    with started(settings) as runtime, runtime.record.transaction() as session:
        access.revoke(session, number)
    click.echo(f"Revoked {number}.")


@click.command("sign-in")
@click.option("--role", type=click.Choice(ROLES), help="Owner of the service, or admin of all, if nothing is said.")
@click.option("--service", "slug", help="The service to sign in to.")
@click.option("--name", default="", help="Who signs in.")
@click.option("--staff", "email", help="Instead of all that: the e-mail address of a member of staff, who signs in.")
@click.pass_obj
def sign_in(settings: Settings, role: str | None, slug: str | None, name: str, email: str | None) -> None:
    """Print a sign-in link, which works once and for 15 minutes."""
    from feedback.cli.bootstrap import started
    from feedback.record import access
    from feedback.record.access import links, people

    with started(settings) as runtime, runtime.record.transaction() as session:
        if email:
            link = links.printed(session, people.require(session, email))
        else:
            link = access.create_link(session, *named_role(session, role, slug), name=name)
        url = access.sign_in_url(runtime.record.settings, link)
    click.echo(url)


def named_role(session: "Session", role: str | None, slug: str | None) -> "tuple[Role, Service | None]":
    """Finds the role and the service that options name: owner of the service, or admin of all, if no role is named."""
    from feedback.record import access

    service = access.service(session, slug) if slug else None
    return access.Role[role or ("owner" if service else "admin")], service
