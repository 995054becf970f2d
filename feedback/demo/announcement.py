"""How to get into the demo: what `demo.json` says, with a sign-in link that is always fresh."""

import datetime as dt
import json

import click
from sqlalchemy import func, select

from feedback.cli.bootstrap import Runtime
from feedback.demo.town import SERVICES
from feedback.record import access
from feedback.record.models import Credential, Feedback
from feedback.record.output.files import write_whole
from feedback.record.states import FeedbackStage

KEY_NAME = "demo"
LINK_IS_OLD = dt.timedelta(minutes=5)
"""A link that has less than this left is replaced, so that whoever reads the file has time to follow it."""


class Announcement:
    """What is said, and the file `demo.json`.

    A sign-in link works once and for a quarter of an hour, so the file gets new ones.
    """

    def __init__(self, runtime: Runtime, alerts_url: str = "") -> None:
        """Ends the key and the links of an earlier demo."""
        self._runtime, self._alerts_url = runtime, alerts_url
        with runtime.record.transaction() as session:
            access.revoke_all(session, Credential.name == KEY_NAME)
            self._key = access.create(session, "key", access.Role.admin, None, name=KEY_NAME)

    def say_what_comes(self) -> None:
        """Lets whoever started the demo in while there is still something to come."""
        click.echo(f"""
The made-up town of Aberwen opens: {self._sign_in_url()}
What its people said in the last weeks is being read, and shows there as it is; wait for the end to see what goes wrong.
""")

    def say_what_follows(self) -> None:
        """Says what is not there yet, once what goes wrong is."""
        click.echo("What was said in the weeks before comes in now, and is read while the town goes on.\n")

    def say_what_waits(self) -> None:
        """Says, at another start, how much of those weeks is still to be read."""
        waits = Feedback.stage.in_((FeedbackStage.CLEAN, FeedbackStage.GROUP))
        with self._runtime.record.transaction() as session:
            count = session.scalar(select(func.count()).where(waits))
        if count:
            click.echo(f"Of the weeks before, {count:,} pieces are still to be read, while the town goes on.\n")

    def refresh(self) -> None:
        """Writes a new link where the last one has been followed or is old."""
        soon = func.now() + LINK_IS_OLD
        fresh = (Credential.name == KEY_NAME, Credential.kind == "link", Credential.expires_at > soon)
        with self._runtime.record.transaction() as session:
            is_there = session.scalar(select(Credential.id).where(*fresh, *access.valid()).limit(1))
        if is_there is None:
            self.write()

    def _sign_in_url(self) -> str:
        with self._runtime.record.transaction() as session:
            link = access.create_link(session, access.Role.admin, None, name=KEY_NAME)
        return access.sign_in_url(self._runtime.record.settings, link)

    def write(self) -> None:
        """Writes the file, which says that all is ready."""
        settings = self._runtime.record.settings
        self._facts = {
            "url": settings.url,
            "api_key": self._key,
            "sign_in_url": self._sign_in_url(),
            "services": [service.slug for service in SERVICES],
            "alerts_url": self._alerts_url,
        }
        told = settings.data / "demo.json"
        write_whole(told, json.dumps(self._facts, indent=1) + "\n")

    def say(self) -> None:
        """Tells whoever started the demo where to look."""
        with self._runtime.record.transaction() as session:
            pieces = session.scalar(select(func.count()).select_from(Feedback))
        url = self._facts["url"]
        click.echo(
            f"""
The made-up town of Aberwen is open: {pieces:,} pieces of feedback, and something has started to go wrong.
In three minutes a page breaks: watch what is told of it.

  Dashboard          {self._facts["sign_in_url"]}
  What is emerging   curl -H "Authorization: Bearer {self._key}" {url}/v1/services/{SERVICES[0].slug}/emerging
  What is told       {self._alerts_url}
  Leave feedback     {url}/services/{SERVICES[0].slug}/feedback
  API reference      {url}/docs

All of this is in {self._runtime.settings.data / "demo.json"} too, with a new link when this one has been followed
or 15 minutes are over. Ctrl-C ends it.
"""
        )
