"""`feedback import`: what a file becomes, its progress, and the rows that were not taken."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import shorten

import click

from feedback.cli.bootstrap import Runtime, started
from feedback.cli.progress import bar
from feedback.cli.wait import wait_until_processed, working
from feedback.record import access, services
from feedback.record.errors import Malformed
from feedback.record.output.files import whole_file
from feedback.record.output.tables import TableWriter
from feedback.record.settings import Settings
from feedback.record.states import ChannelName
from feedback.record.work.queue import WorkQueue
from ingest.channels.files.importing import DryRun, ImportReport, import_file, refusal_columns, try_file
from ingest.channels.files.table import Columns, ImportSource, RowError

MAX_REFUSALS_SHOWN = 20  # refused rows that are told one by one; the number of the rest is told
SAMPLE_CHARACTERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the command was given, by the names of its options."""

    file: Path
    slug: str | None
    service_column: str | None
    channel: ChannelName
    channel_column: str | None
    text_column: tuple[str, ...]
    date_column: str
    id_column: str
    rating_column: str
    language_column: str
    page_column: str
    source_column: str
    attribute: tuple[str, ...]
    source: str | None
    dry_run: bool
    report: Path | None
    wait: bool

    def read_as(self) -> ImportSource:
        """Raises `Malformed` for options that contradict each other or cannot be read."""
        if (self.slug is None) == (self.service_column is None):
            raise Malformed("give either --service or --service-column")
        text, *further = self.text_column
        columns = Columns(
            text=text,
            further=tuple(further),
            date=self.date_column,
            id=self.id_column,
            service=self.service_column,
            channel=self.channel_column,
            source=self.source_column,
            rating=self.rating_column,
            language=self.language_column,
            page_url=self.page_column,
            attributes={**Columns().attributes, **dict(map(_attribute, self.attribute))},
        )
        caller = f"import:{self.slug or ''}"
        return ImportSource(caller, self.slug, ChannelName(self.channel), self.file.name, self.source, columns=columns)


def _attribute(text: str) -> tuple[str, str]:
    name, equals, header = text.partition("=")
    name = name.strip().lower()
    if not equals or not header.strip() or not name.isidentifier() or len(name) > 50:
        raise Malformed(f"'{text[:100]}' is no NAME=COLUMN, as in office=Office")
    return name, header


@dataclass(slots=True)
class Refusals:
    """The rows that were not taken: the first are told at the end, all are written to the report, if there is one.

    The report holds them as they came, so that it can be mended and imported in its turn.
    """

    report: TableWriter | None = None
    first: list[RowError] = field(default_factory=list)
    begun: bool = False

    def __call__(self, row: RowError) -> None:
        if len(self.first) < MAX_REFUSALS_SHOWN:
            self.first.append(row)
        if self.report:
            self._begin(row.header.written if row.header else ())
            self.report.row((row.line, row.reason, *row.cells))

    def close(self) -> None:
        """Leaves the report with its header at least."""
        self._begin(())

    def _begin(self, names: Sequence[str]) -> None:
        if self.report and not self.begun:
            self.report.row((*refusal_columns(names), *names))
            self.begun = True


def run(settings: Settings, options: ImportOptions) -> None:
    """Takes the file in, or says what would be taken; tells the rows that were refused. Raises `Malformed`."""
    source = options.read_as()
    with started(settings) as runtime, _refusals(options.report) as refusals:
        with runtime.record.transaction() as session:
            if options.slug:
                access.service(session, options.slug)
            source = replace(source, zones=services.zones(session))
        report = _read(runtime, options, source, refusals)
    _tell(report, refusals)
    if isinstance(report, DryRun):
        _show(report)
    sys.stdout.flush()


@contextmanager
def _refusals(path: Path | None) -> Iterator[Refusals]:
    if path is None:
        yield Refusals()
        return
    with whole_file(path) as file:
        refusals = Refusals(TableWriter(file, marked=True))
        yield refusals
        refusals.close()


def _read(runtime: Runtime, options: ImportOptions, source: ImportSource, refusals: Refusals) -> ImportReport:
    with options.file.open("rb", buffering=1 << 16) as stream, bar() as progress:
        task = progress.add_task("reading (kB)", total=options.file.stat().st_size // 1000)

        def told(position: int) -> None:
            progress.update(task, completed=position // 1000)

        if options.dry_run:
            return try_file(runtime.record, stream, source, refusals, told)
        try:
            with working(runtime) if options.wait else nullcontext():  # who works loads its models while we read
                queue = WorkQueue(runtime.servers.redis_url)
                report = import_file(runtime.record, queue, stream, source, refusals, told)
                if options.wait:
                    wait_until_processed(runtime, progress)
        except KeyboardInterrupt:
            click.echo("Ended early. What was taken in stays; the same command goes on from there.", err=True)
            raise
        return report


def _tell(report: ImportReport, refusals: Refusals) -> None:
    would = "would be " if isinstance(report, DryRun) else ""
    if report.read and report.read.how:
        click.echo(f"Read as {_named(report.read.how)}. Columns: {_named(report.read.columns)}.")
        if report.read.left:
            click.echo(f"Not kept: {', '.join(report.read.left)}.")
    click.echo(f"{report.stored:,} pieces {would}taken in, {report.repeated:,} were there already.")
    if not report.refused:
        return
    click.echo(f"{report.refused:,} rows {'would not be' if would else 'were not'} taken:", err=True)
    for row in refusals.first:
        click.echo(f"  line {row.line}: {row.reason}", err=True)
    if report.refused > len(refusals.first):
        click.echo(f"  and {report.refused - len(refusals.first):,} more", err=True)


def _named(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {shorten(value, SAMPLE_CHARACTERS, placeholder=' …')}" for name, value in facts.items())


def _show(trial: DryRun) -> None:
    """The first rows as they are read, for the eyes of whoever has the file."""
    if trial.services:
        click.echo(f"It would make the services {', '.join(sorted(trial.services))}.")
    for row in trial.first:
        said = row.arrival
        about = {
            "service": said.service,
            "channel": said.channel,
            "date": said.submitted_at and said.submitted_at.isoformat(),
            "rating": said.rating,
            "language": said.language,
            "page": said.page_url,
            "entered by": said.batch,
            **said.attributes,
        }
        told = ", ".join(f"{name} {value}" for name, value in about.items() if value is not None)
        click.echo(f"line {row.line}: {shorten(said.message, SAMPLE_CHARACTERS, placeholder=' …')}\n  {told}")
