"""The commands that run the product: all of it, or one part of it, and what is run before or when something failed."""

import gc
import threading
from dataclasses import replace

import click

from feedback.record.settings import Settings


@click.command()
@click.option("--dev", is_flag=True, help="Start anew when code changes; log in colours, with tracebacks.")
@click.pass_obj
def up(settings: Settings, dev: bool) -> None:
    """Run everything: servers (unless set), API, workers, scheduler."""
    from feedback.process.api_process import api_starting, listen

    settings = replace(settings, dev=settings.dev or dev)
    with listen(settings) as listener, api_starting(settings, listener) as children:
        from feedback.cli.bootstrap import first_link, started  # loads beside the API
        from feedback.cli.processes import restart_on_changes, running

        with started(settings) as runtime, running(runtime, children, listener):
            click.echo(f"Ready at {settings.url} (API reference at {settings.url}/docs). Ctrl-C ends it.", err=True)
            if link := first_link(runtime):
                click.echo(f"There is no service yet. Set it up here (works once, for 15 minutes):\n{link}", err=True)
            if settings.dev:
                restart_on_changes(children)
            threading.Event().wait()


@click.command()
@click.pass_obj
def demo(settings: Settings) -> None:
    """Run everything with a made-up town, in which something is going wrong."""
    from feedback.process.api_process import LOOPBACK, api_starting, listen

    settings = replace(settings, webhook_allow=(*settings.webhook_allow, LOOPBACK))
    with listen(settings) as listener, api_starting(settings, listener) as children:
        from feedback.demo.run import run  # loads beside the API

        run(settings, listener, children)


@click.command()
@click.option("--listener", type=int, help="Take turns on this open port, inherited under this number.")
@click.option("--shared", is_flag=True, help="Serve on that port beside others, without taking turns.")
@click.option("--processes", default=1, type=click.IntRange(1, 64), help="How many processes serve on one port.")
@click.pass_obj
def serve(settings: Settings, listener: int | None, shared: bool, processes: int) -> None:
    """Run the API and the pages."""
    from feedback.cli.bootstrap import started

    if processes == 1:
        _serve(settings, listener, shared)
        return
    from feedback.cli.processes import serve_by_many

    with started(settings) as runtime:
        serve_by_many(runtime, processes)


def _serve(settings: Settings, listener: int | None, shared: bool) -> None:
    from feedback.cli.bootstrap import started
    from feedback.web.app import create_app  # loads while the servers come up
    from feedback.web.server import beside_others, on_our_turn, server

    with started(settings) as runtime:
        app = create_app(settings, runtime.servers.database_url, runtime.servers.redis_url)
        gc.freeze()  # what is loaded by now is never garbage: to look through it takes a twentieth of the processor
        if listener is None:
            server(app, settings).run()
        elif shared:
            beside_others(server(app, settings), listener)
        else:
            on_our_turn(server(app, settings), listener, settings.data / f"serving-{settings.port}")


def _known(_: click.Context, __: click.Parameter, queues: tuple[str, ...]) -> tuple[str, ...]:
    """The table of stages is read only when the command runs: it loads the models."""
    from feedback.record.work.stages import queues as all_queues

    if set(queues) - set(all_queues()):
        raise click.BadParameter(f"there are {', '.join(all_queues())}")
    return queues or all_queues()


@click.command()
@click.option("--queue", "queues", multiple=True, callback=_known, help="A queue that it serves.")
@click.option("--threads", default=2, show_default=True, help="How many things it does at once.")
@click.pass_obj
def work(settings: Settings, queues: tuple[str, ...], threads: int) -> None:
    """Run one worker process; without --queue it serves them all."""
    from feedback.cli.bootstrap import started, until_told_to_stop
    from workers.runtime.process import work

    with started(settings, pool=threads + 3, process=f"work {' '.join(queues)}") as runtime:
        work(runtime.record, runtime.servers.redis_url, until_told_to_stop(), queues, threads)


@click.command()
@click.pass_obj
def schedule(settings: Settings) -> None:
    """Run the scheduler: it wakes workers for what waits, and does what is due by the clock."""
    from feedback.cli.bootstrap import started, until_told_to_stop
    from feedback.record.work.queue import WorkQueue
    from workers.runtime.schedule import schedule

    with started(settings, pool=3) as runtime:
        schedule(runtime.record, WorkQueue(runtime.servers.redis_url), until_told_to_stop())


@click.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database to the schema of this version."""
    from feedback.cli.bootstrap import started

    with started(settings):
        click.echo("The schema is up to date.")


@click.command()
@click.pass_obj
def ready(settings: Settings) -> None:
    """Say whether PostgreSQL and Redis answer; it fails without PostgreSQL, as health checks of containers ask."""
    from feedback.process.embedded import servers
    from feedback.record.db import engine_for, is_reachable
    from feedback.record.work.queue import WorkQueue

    with servers(settings.data, settings.database_url, settings.redis_url) as running:
        store = is_reachable(engine_for(running.database_url, size=1, pooler=settings.has_pooler))
        redis = WorkQueue(running.redis_url).is_reachable()
    click.echo(f"PostgreSQL {'answers' if store else 'does not answer'}, Redis {'answers' if redis else 'does not'}.")
    raise SystemExit(not store)


@click.command()
@click.pass_obj
def requeue(settings: Settings) -> None:
    """Put what was set aside back to work, after its cause was mended."""
    from feedback.cli.bootstrap import started
    from feedback.record.work.set_aside import put_back, put_back_work
    from ingest.channels.sms import reassembly

    with started(settings) as runtime, runtime.record.transaction() as session:
        pieces, works = put_back(session), put_back_work(session)
        parts = reassembly.requeue(session)
    click.echo(f"{pieces} pieces are back at work.")
    if works:
        click.echo(f"So are files, work for services and messages: {works} in all.")
    if parts:
        click.echo(f"{parts} parts of long text messages wait again.")
