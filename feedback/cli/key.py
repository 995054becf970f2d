"""The commands `feedback key`: making, listing and revoking API keys."""

import click

from feedback.record.settings import Settings


@click.group()
def key() -> None:
    """API keys: create, list, revoke."""


@key.command("create")
@click.option("--role", type=click.Choice(["reader", "editor", "owner", "admin"]), required=True)
@click.option("--service", "slug", help="The service it is for; an admin's key is for all.")
@click.option("--name", default="", help="Whose it is.")
@click.pass_obj
def key_create(settings: Settings, role: str, slug: str | None, name: str) -> None:
    """Make an API key and print it, this once."""
    from feedback.cli.bootstrap import started
    from feedback.record import access

    with started(settings) as runtime, runtime.record.transaction() as session:
        service = access.service(session, slug) if slug else None
        secret = access.create(session, "key", access.Role[role], service, name=name)
    click.echo("Keep it safe, it is not shown again:", err=True)
    click.echo(secret)


@key.command("list")
@click.pass_obj
def key_list(settings: Settings) -> None:
    """Say which keys there are (not the keys themselves)."""
    from sqlalchemy import select

    from feedback.cli.bootstrap import started
    from feedback.record.models import Credential

    with started(settings) as runtime, runtime.record.transaction() as session:
        for found in session.scalars(select(Credential).where(Credential.kind == "key").order_by(Credential.id)):
            state = f"revoked {found.revoked_at:%F}" if found.revoked_at else "valid"
            click.echo(f"{found.id}\t{found.role}\t{found.name}\t{state}")


@key.command("revoke")
@click.argument("number", type=int)
@click.pass_obj
def key_revoke(settings: Settings, number: int) -> None:
    """Make a key worthless, by its number in the list."""
    from feedback.cli.bootstrap import started
    from feedback.record import access

    with started(settings) as runtime, runtime.record.transaction() as session:
        access.revoke(session, number)
    click.echo(f"Revoked {number}.")
