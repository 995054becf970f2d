"""What the handlers of intake share: the writer, the limit on what one address sends, and who vouches."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from litestar.di import NamedDependency
from litestar.types import Scope

from feedback import tracing
from feedback.http.bearer import bearer_token
from feedback.http.client_address import client_network, is_public, is_within
from feedback.http.dependencies import AnyRequest
from feedback.http.security_headers import header
from feedback.http.staff import mark_used
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, TooMany, Unavailable
from feedback.record.work.queue import WorkQueue
from ingest.intake import rate_limit
from ingest.intake.accept import Accepted
from ingest.intake.arrival import Arrival, Visitor
from ingest.intake.batcher import Batcher, in_a_thread
from ingest.intake.rate_limit import RateLimit, Share
from ingest.intake.writer import Writer

LONGEST_KEY = 200
"""Characters of an `Idempotency-Key`."""

REFUSAL = "refusal"
"""Where a request that was refused before its handler saw it keeps why, for the handler to say."""

ANSWER_SECONDS = 15.0
"""How long somebody waits for a store that does not answer until they are asked to come again."""


@dataclass(frozen=True, slots=True)
class Intake:
    """The way in for every handler: `store` answers after the commit."""

    record: Record
    writer: Writer
    limit: Batcher[str, Share | None]

    async def store(self, *arrivals: Arrival) -> list[Accepted | FeedbackError]:
        """Stores arrivals and returns an answer for each, after the commit.

        What is on its way to a store that hangs goes on; whoever repeats it later is answered what became of it.
        """
        if not arrivals:
            return []
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answers = await self.writer.store(arrivals)
        except TimeoutError:
            raise Unavailable("the store does not answer; please try again in a moment") from None
        if tracing.is_on and (brought := tracing.pieces_of_request.get()) is not None:
            brought += [answer.id for answer in answers if isinstance(answer, Accepted)]
        return answers

    async def store_one(self, arrival: Arrival) -> Accepted:
        """Raises what is wrong with it."""
        [answer] = await self.store(arrival)
        if isinstance(answer, FeedbackError):
            raise answer
        return answer

    def repeat_key(self, scope: Scope, *parts: str) -> str:
        """Returns what a repeat by the same client is known by.

        Anybody may send any `Idempotency-Key`, so that it must not lead to what another citizen sent under it. Neither
        the client nor the parts can be read from it.
        """
        client = client_network(address_of(scope))
        known = "\0".join((client, _browser(scope), *parts))
        return self.record.keys.digest(b"repeat" + known.encode()).hex()

    async def authenticate(self, request: AnyRequest, service: str) -> Principal | None:
        """Tell who sends it, when a key comes along; an anonymous address may only send its share (else `TooMany`)."""
        if header(request.scope, b"authorization") and (key := bearer_token(request.headers)) is not None:
            who = await asyncio.to_thread(self._identify, key, service)
            mark_used(request, who)
            return who
        await self.count(request.scope)
        return None

    async def count(self, scope: Scope) -> None:
        """Counts a piece of whoever nobody vouches for. Raises `TooMany` if their address may not send it yet."""
        share = await self.limit.ask(address_of(scope))
        scope["state"][rate_limit.STATE] = share
        if share and share.wait > 0:
            raise TooMany("too many pieces from this address; please try again in a moment", share.wait)

    def _identify(self, key: str, service: str) -> Principal:
        with self.record.transaction() as session:
            who = access.identify(session, key, "key")
            access.service_for(session, who, service, Role.reader)
            return who


@asynccontextmanager
async def intake(record: Record, work_queue: WorkQueue, rate_limit: RateLimit) -> AsyncIterator[Intake]:
    """Gives the way in; as it closes, all that was handed over is answered."""
    writer, limit = Writer(record, work_queue), Batcher(in_a_thread("rate limit", rate_limit.take))
    yield Intake(record, writer, limit)
    await limit.close()
    await writer.close()


def visitor_of(scope: Scope, shared_networks: tuple[str, ...]) -> Visitor | None:
    """Returns what tells visitors of a day apart: their network and their browser.

    None for an address that is not of the Internet: behind it may be a proxy, and everybody. Behind `shared_networks`
    are many people, as whoever runs this knows.
    """
    network = client_network(address_of(scope))
    if not is_public(network):
        return None
    return Visitor(f"{network} {_browser(scope)}", None if is_within(network, shared_networks) else network)


def address_of(scope: Scope) -> str:
    """Returns the address of who sent it, as far as the server tells it."""
    client = scope["client"]
    return client[0] if client else "unknown"


def _browser(scope: Scope) -> str:
    return header(scope, b"user-agent").decode("latin-1")


GivenIntake = NamedDependency[Intake]
"""The one that the front door gives to every handler that names it."""
