"""The command `feedback`: each command is a door that opens what it needs and says what went wrong in one line."""

import sys
import threading
from typing import Any

import click

from feedback.cli import files, ingest, subjects, trace
from feedback.record.errors import FeedbackError
from feedback.record.settings import Settings


class Commands(click.Group):
    """Ends with 1 and one line on a failure that has a name, and with 130 on Ctrl-C."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FeedbackError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(130)


@click.group(cls=Commands)
@click.version_option(package_name="citizen-feedback-loop")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Hear citizens on every channel, notice what starts to go wrong, show whether the fix worked."""
    from feedback.cli.bootstrap import log_to_stderr

    log_to_stderr()
    ctx.obj = Settings.read()


IN_OTHER_MODULES = (
    *(ingest.import_, ingest.mail),
    *(files.backtest, files.analyse, files.redact),
    *(subjects.erase, subjects.export_subject, trace.trace),
)
for command in IN_OTHER_MODULES:
    main.add_command(command)


@main.command()
@click.pass_obj
def up(settings: Settings) -> None:
    """Run everything: servers (unless set), API, workers, scheduler."""
    from feedback.cli.bootstrap import opened
    from feedback.cli.processes import require_free_port, running

    require_free_port(settings)
    with opened(settings) as door, running(door):
        click.echo(f"Ready at {settings.url} (API reference at {settings.url}/docs). Ctrl-C ends it.", err=True)
        threading.Event().wait()


@main.command()
@click.pass_obj
def demo(settings: Settings) -> None:
    """Run everything with a made-up town, in which something is going wrong."""
    from feedback.demo.run import run

    run(settings)


@main.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Run the API and the pages."""
    import uvicorn

    from feedback.cli.bootstrap import opened
    from feedback.web.app import create_app

    with opened(settings) as door:
        app = create_app(settings, door.servers.database_url, door.servers.redis_url)
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            access_log=False,
            log_level="warning",
            proxy_headers=True,
            forwarded_allow_ips=",".join(settings.trusted_proxies),
            server_header=False,
            timeout_graceful_shutdown=5,
        )


def _known(_: click.Context, __: click.Parameter, queues: tuple[str, ...]) -> tuple[str, ...]:
    """The table of stages is read only when the command runs: it loads the models."""
    from feedback.record.work.stages import queues as all_queues

    if set(queues) - set(all_queues()):
        raise click.BadParameter(f"there are {', '.join(all_queues())}")
    return queues or all_queues()


@main.command()
@click.option("--queue", "queues", multiple=True, callback=_known, help="A queue that it serves.")
@click.option("--threads", default=2, show_default=True, help="How many things it does at once.")
@click.pass_obj
def work(settings: Settings, queues: tuple[str, ...], threads: int) -> None:
    """Run one worker process; without --queue it serves them all."""
    from feedback.cli.bootstrap import opened, until_told_to_stop
    from workers.runtime.process import work

    with opened(settings, pool=threads + 3) as door:
        work(door.record, door.servers.redis_url, until_told_to_stop(), queues, threads)


@main.command()
@click.pass_obj
def schedule(settings: Settings) -> None:
    """Run the scheduler: it wakes workers for what waits, and does what is due by the clock."""
    from feedback.cli.bootstrap import opened, until_told_to_stop
    from feedback.record.work.queue import WorkQueue
    from workers.runtime.schedule import schedule

    with opened(settings, pool=3) as door:
        schedule(door.record, WorkQueue(door.servers.redis_url), until_told_to_stop())


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database to the schema of this version."""
    from feedback.cli.bootstrap import opened

    with opened(settings):
        click.echo("The schema is up to date.")


@main.group()
def service() -> None:
    """Services: add, list, show, set."""


@service.command("add")
@click.argument("slug")
@click.option("--name", required=True)
@click.pass_obj
def service_add(settings: Settings, slug: str, name: str) -> None:
    """Make a service; its SLUG stands in every address."""
    from feedback.cli.bootstrap import opened
    from feedback.record import services

    with opened(settings) as door, door.record.transaction() as session:
        services.add(session, slug, name)
    click.echo(f"Added {slug}.")


@service.command("list")
@click.pass_obj
def service_list(settings: Settings) -> None:
    """Say which services there are."""
    from sqlalchemy import select

    from feedback.cli.bootstrap import opened
    from feedback.record.models import Service

    with opened(settings) as door, door.record.transaction() as session:
        for found in session.scalars(select(Service).order_by(Service.slug)):
            click.echo(f"{found.slug}\t{found.name}")


@service.command("show")
@click.argument("slug")
@click.pass_obj
def service_show(settings: Settings, slug: str) -> None:
    """Say what is set about a service."""
    import msgspec

    from feedback.cli.bootstrap import opened
    from feedback.record import access

    with opened(settings) as door, door.record.transaction() as session:
        found = access.service(session, slug)
        properties = found.properties
        click.echo(f"name={found.name}")
        for field in msgspec.structs.fields(properties):
            value = getattr(properties, field.name)
            click.echo(f"{field.name}={','.join(value) if isinstance(value, tuple) else value}")


@service.command("set")
@click.argument("slug")
@click.argument("values", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.pass_obj
def service_set(settings: Settings, slug: str, values: tuple[str, ...]) -> None:
    """Set properties of a service; an empty value brings the default back."""
    from feedback.cli.bootstrap import opened
    from feedback.record import access, services

    with opened(settings) as door, door.record.transaction() as session:
        services.set_properties(access.service(session, slug), dict(map(services.parse_property, values)))
    click.echo(f"Set {slug}.")


@main.group()
def key() -> None:
    """API keys: create, list, revoke."""


@key.command("create")
@click.option("--role", type=click.Choice(["reader", "editor", "owner", "admin"]), required=True)
@click.option("--service", "slug", help="The service it is for; an admin's key is for all.")
@click.option("--name", default="", help="Whose it is.")
@click.pass_obj
def key_create(settings: Settings, role: str, slug: str | None, name: str) -> None:
    """Make an API key and print it, this once."""
    from feedback.cli.bootstrap import opened
    from feedback.record import access

    with opened(settings) as door, door.record.transaction() as session:
        service = access.service(session, slug) if slug else None
        secret = access.create(session, "key", access.Role[role], service, name=name)
    click.echo("Keep it safe, it is not shown again:", err=True)
    click.echo(secret)


@key.command("list")
@click.pass_obj
def key_list(settings: Settings) -> None:
    """Say which keys there are (not the keys themselves)."""
    from sqlalchemy import select

    from feedback.cli.bootstrap import opened
    from feedback.record.models import Credential

    with opened(settings) as door, door.record.transaction() as session:
        for found in session.scalars(select(Credential).where(Credential.kind == "key").order_by(Credential.id)):
            state = f"revoked {found.revoked_at:%F}" if found.revoked_at else "valid"
            click.echo(f"{found.id}\t{found.role}\t{found.name}\t{state}")


@key.command("revoke")
@click.argument("number", type=int)
@click.pass_obj
def key_revoke(settings: Settings, number: int) -> None:
    """Make a key worthless, by its number in the list."""
    from feedback.cli.bootstrap import opened
    from feedback.record import access

    with opened(settings) as door, door.record.transaction() as session:
        access.revoke(session, number)
    click.echo(f"Revoked {number}.")


@main.command()
@click.pass_obj
def requeue(settings: Settings) -> None:
    """Put what was set aside back to work, after its cause was mended."""
    from feedback.cli.bootstrap import opened
    from feedback.record.models import Feedback
    from feedback.record.work.claims import requeue

    with opened(settings) as door, door.record.transaction() as session:
        fresh = requeue(session, Feedback, Feedback.text.is_(None), to="clean")
        cleaned = requeue(session, Feedback, Feedback.text.is_not(None), to="group")
    click.echo(f"{fresh + cleaned} pieces are back at work.")
