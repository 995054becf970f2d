"""The commands `feedback staff`: who is on the staff, and what they may do."""

import click

from feedback.cli.people.key import ROLES, named_role
from feedback.record.settings import Settings


@click.group()
def staff() -> None:
    """Members of staff: add, list, remove."""


@staff.command("add")
@click.argument("email")
@click.option("--name", help="How they are called; what stands before the @, if nothing is said.")
@click.option("--role", type=click.Choice(ROLES), help="Owner of the service, or admin of all, if nothing is said.")
@click.option("--service", "slug", help="The service that they work for; an admin works for all.")
@click.pass_obj
def staff_add(settings: Settings, email: str, name: str | None, role: str | None, slug: str | None) -> None:
    """Add a member of staff, or give one another role, and print a link that signs them in once within 15 minutes."""
    from feedback.cli.bootstrap import started
    from feedback.record import access
    from feedback.record.access import links, people

    with started(settings) as runtime, runtime.record.transaction() as session:
        named = named_role(session, role, slug)
        person = people.add(session, name or email.partition("@")[0], email)
        people.appoint(session, person, *named, by=people.COMMAND_LINE)
        url = access.sign_in_url(runtime.record.settings, links.printed(session, person))
    click.echo(url)


@staff.command("list")
@click.pass_obj
def staff_list(settings: Settings) -> None:
    """Say who is on the staff, and with which roles."""
    from feedback.cli.bootstrap import started
    from feedback.record.access import people

    with started(settings) as runtime, runtime.record.transaction() as session:
        for member in people.everybody(session):
            roles = [f"{it.role} of {service.slug}" if service else it.role for it, service in member.memberships]
            click.echo(f"{member.person.email}\t{member.person.name}\t{', '.join(roles)}")


@staff.command("remove")
@click.argument("email")
@click.option("--service", "slug", help="The service that they no longer work for; all, if nothing is said.")
@click.pass_obj
def staff_remove(settings: Settings, email: str, slug: str | None) -> None:
    """Remove a member of staff: their sessions, links and feed addresses are worthless at once."""
    from feedback.cli.bootstrap import started
    from feedback.record import access
    from feedback.record.access import people

    with started(settings) as runtime, runtime.record.transaction() as session:
        person = people.require(session, email)
        if slug:
            people.dismiss(session, person, access.service(session, slug), by=people.COMMAND_LINE)
        else:
            people.remove(session, person, by=people.COMMAND_LINE)
    click.echo(f"Removed {person.email}.")
