"""The commands `feedback service`: making services, and setting what is worth changing about each."""

import click

from feedback.record.settings import Settings


@click.group()
def service() -> None:
    """Services: add, list, show, set."""


@service.command("add")
@click.argument("slug")
@click.option("--name", required=True)
@click.pass_obj
def service_add(settings: Settings, slug: str, name: str) -> None:
    """Make a service; its SLUG stands in every address."""
    from feedback.cli.bootstrap import started
    from feedback.record import services

    with started(settings) as runtime, runtime.record.transaction() as session:
        services.add(session, slug, name)
    click.echo(f"Added {slug}.")


@service.command("list")
@click.pass_obj
def service_list(settings: Settings) -> None:
    """Say which services there are."""
    from sqlalchemy import select

    from feedback.cli.bootstrap import started
    from feedback.record.models import Service

    with started(settings) as runtime, runtime.record.transaction() as session:
        for found in session.scalars(select(Service).order_by(Service.slug)):
            click.echo(f"{found.slug}\t{found.name}")


@service.command("show")
@click.argument("slug")
@click.pass_obj
def service_show(settings: Settings, slug: str) -> None:
    """Say what is set about a service."""
    import msgspec

    from feedback.cli.bootstrap import started
    from feedback.record import access

    with started(settings) as runtime, runtime.record.transaction() as session:
        found = access.service(session, slug)
        properties = found.properties
        click.echo(f"name={found.name}")
        for field in msgspec.structs.fields(properties):
            value = getattr(properties, field.name)
            listed = [f"{code}:{name}" for code, name in value.items()] if isinstance(value, dict) else value
            click.echo(f"{field.name}={','.join(listed) if isinstance(listed, tuple | list) else listed}")


@service.command("set")
@click.argument("slug")
@click.argument("values", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.pass_obj
def service_set(settings: Settings, slug: str, values: tuple[str, ...]) -> None:
    """Set properties of a service; an empty value brings the default back."""
    from feedback.cli.bootstrap import started
    from feedback.record import access, services

    with started(settings) as runtime, runtime.record.transaction() as session:
        wanted = dict(map(services.parse_property, values))
        services.set_properties(access.service(session, slug), wanted, may_share=True)
    click.echo(f"Set {slug}.")
