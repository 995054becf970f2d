"""The commands that work on files alone: no database, no server."""

from pathlib import Path
from typing import Literal

import click

from feedback.cli.ingest import IN_FILE, OUT_FILE
from feedback.record.settings import Settings


@click.command()
@click.option("--input", "source", type=IN_FILE, required=True)
@click.option("--output", "target", type=OUT_FILE, required=True)
@click.option("--tolerance", default=0.02, show_default=True, help="False alarms a week that a service tolerates.")
@click.option("--compare", is_flag=True, help="Tell also what other tolerances would have sent, to choose from.")
@click.pass_obj
def backtest(settings: Settings, /, source: Path, target: Path, tolerance: float, compare: bool) -> None:
    """Replay a history as it would have happened, and write each signal when it would have been raised."""
    from feedback.cli.progress import staged
    from insights.alerts.rules.tolerance_trials import TOLERANCES
    from workers.backtest.of_file import backtest_file

    others = TOLERANCES if compare else ()
    with staged() as progress:
        summary = backtest_file(
            source, target, tolerance=tolerance, others=others, **_encoders(settings), progress=progress
        )
    for line, fault in summary.bad[:20]:
        click.echo(f"line {line}: {fault}", err=True)
    for sent in summary.sent:
        click.echo(
            f"{sent.service}, tolerance {sent.tolerance:g} a week: {sent.signals} signals in {sent.weeks:.1f} weeks"
            f" ({sent.signals / max(sent.weeks, 1):.2f} a week), {sent.watched} more watched"
        )
    click.echo(f"{summary.pieces} pieces of {summary.services} services: {summary.signals} signals, in {target}")


@click.command()
@click.argument("file", type=IN_FILE)
@click.option("--output", "target", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--text-column", multiple=True, default=["text"], show_default=True, help="Several are put together.")
@click.option("--frame", type=IN_FILE, help="Your own list of themes.")
@click.option(
    "--breadth",
    type=click.Choice(["detail", "issue", "theme"]),
    default="issue",
    show_default=True,
    help="How broad groups are.",
)
@click.pass_obj
def analyse(
    settings: Settings,
    file: Path,
    target: Path,
    text_column: tuple[str, ...],
    frame: Path | None,
    breadth: Literal["detail", "issue", "theme"],
) -> None:
    """Group the comments of one spreadsheet into issues; writes feedback.csv and report.html."""
    from feedback.cli.progress import staged
    from workers.file_tools.analyse import analyse

    with staged() as progress:
        analyse(
            file,
            target,
            text_column=text_column,
            frame=frame,
            breadth=breadth,
            **_encoders(settings),
            progress=progress,
        )
    click.echo(f"Written: {target / 'feedback.csv'} and {target / 'report.html'}")


@click.command()
@click.option("--input", "source", type=IN_FILE, required=True)
@click.option("--output", "target", type=OUT_FILE, required=True)
def redact(source: Path, target: Path) -> None:
    """Redact texts: JSON lines with id and text in; id, text and spans out."""
    from feedback.cli.progress import counted
    from workers.file_tools.redact import redact_file

    with counted("redacting", source) as progress:
        count = redact_file(source, target, progress)
    click.echo(f"{count} texts, in {target}")


def _encoders(settings: Settings) -> dict[str, Path | None]:
    return {"model": settings.embedding_model, "multilingual": settings.multilingual_model}
