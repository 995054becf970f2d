"""What the handlers of intake share: the writer, the limit on what one address sends, and who vouches."""

import asyncio
from dataclasses import dataclass

from litestar.di import NamedDependency

from feedback import tracing
from feedback.http.bearer import bearer_token
from feedback.http.client_address import client_network, is_public
from feedback.http.dependencies import AnyRequest
from feedback.http.security_headers import header
from feedback.http.staff import mark_used
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, TooMany, Unavailable
from ingest.intake import rate_limit
from ingest.intake.accept import Accepted
from ingest.intake.arrival import Arrival
from ingest.intake.batcher import Batcher
from ingest.intake.rate_limit import Share
from ingest.intake.writer import Writer

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

    def repeat_key(self, request: AnyRequest, *parts: str) -> str:
        """Returns what a repeat by the same client is known by.

        Anybody may send any `Idempotency-Key`, so that it must not lead to what another citizen sent under it. Neither
        the client nor the parts can be read from it.
        """
        client = client_network(address_of(request))
        known = "\0".join((client, request.headers.get("user-agent", ""), *parts))
        return self.record.keys.digest(b"repeat" + known.encode()).hex()

    async def authenticate(self, request: AnyRequest, service: str) -> Principal | None:
        """Tell who sends it, when a key comes along; an anonymous address may only send its share (else `TooMany`)."""
        if header(request.scope, b"authorization") and (key := bearer_token(request.headers)) is not None:
            who = await asyncio.to_thread(self._identify, key, service)
            mark_used(request, who)
            return who
        share = await self.limit.ask(address_of(request))
        request.scope["state"][rate_limit.STATE] = share
        if share and share.wait > 0:
            raise TooMany("too many pieces from this address; please try again in a moment", share.wait)
        return None

    def _identify(self, key: str, service: str) -> Principal:
        with self.record.transaction() as session:
            who = access.identify(session, key, "key")
            access.service_for(session, who, service, Role.reader)
            return who


def visitor_of(request: AnyRequest) -> str | None:
    """Returns what tells visitors of a day apart: their network and their browser.

    None for an address that is not of the Internet: behind it may be a proxy, and everybody.
    """
    network = client_network(address_of(request))
    return f"{network} {request.headers.get('user-agent', '')}" if is_public(network) else None


def address_of(request: AnyRequest) -> str:
    """Returns the address of who sent it, as far as the server tells it."""
    client = request.scope["client"]
    return client[0] if client else "unknown"


GivenIntake = NamedDependency[Intake]
"""The one that the front door gives to every handler that names it."""
