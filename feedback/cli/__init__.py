"""The command `feedback`: its commands, each of which starts what it needs and says what went wrong in one line."""

import os
import sys
from functools import partial
from typing import Any

import click

from feedback.cli import file_tools, ingest, read_back, run, service, subject
from feedback.cli.failures import in_words
from feedback.cli.operation import backup, doctor, trace
from feedback.cli.people import key, staff
from feedback.record.output.files import OTHERS
from feedback.record.settings import Settings


class Commands(click.Group):
    """The group of all commands: it ends with 1 and one line on a failure that has a name, with 130 on Ctrl-C."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(130)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if line := in_words(error):
                raise click.ClickException(line) from error
            raise


@click.group(cls=Commands)
@click.version_option(package_name="citizen-feedback-loop")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Hear citizens on every channel, notice what starts to go wrong, show whether the fix worked."""
    from feedback.process.logs import log_to_stderr

    # Whatever is written, logs and data folders too, is for its owner alone.
    ctx.call_on_close(partial(os.umask, os.umask(OTHERS)))
    ctx.obj = Settings.read()
    log_to_stderr(dev=ctx.obj.dev)


COMMANDS: tuple[click.Command, ...] = (
    *(run.up, run.demo, run.serve, run.work, run.schedule, run.migrate, run.ready),
    *(service.service, staff.staff, key.key, key.sign_in),
    *(ingest.import_, ingest.mail, read_back.read),
    *(file_tools.backtest, file_tools.analyse, file_tools.redact),
    *(subject.erase, subject.export_subject),
    *(trace.trace, run.requeue),
    *(backup.backup, backup.restore, doctor.doctor),
)
for command in COMMANDS:
    main.add_command(command)
