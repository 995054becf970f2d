"""What many requests ask is answered together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from feedback.record.errors import Unavailable

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Batcher(Generic[Asked, Answer]):
    """While one batch is worked on the next gathers, so that a busy moment makes batches larger and not more.

    All that the event loop has at hand goes along: a batch costs as much as many pieces in it.

    `work` returns for each that it is given its answer, or what is to be raised. `most`: how many it is given at once.
    `waiting`: how many may wait; a further one is told to come back (`Unavailable`).
    """

    def __init__(
        self,
        work: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer | Exception]]],
        *,
        most: int = 200,
        waiting: int = 2_000,
    ) -> None:
        self._work, self._most, self._may_wait = work, most, waiting
        self._waiting: deque[tuple[Asked, asyncio.Future[Answer]]] = deque()
        self._under_way: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Answer:
        """Returns the answer. Raises what `work` returned, or `Unavailable` where too much waits."""
        if len(self._waiting) >= self._may_wait:
            raise Unavailable("too much is waiting to be stored; please try again in a moment")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._answer_all())
        return await answer

    async def close(self) -> None:
        """Ends once all that was asked is answered."""
        if self._under_way is not None:
            await self._under_way

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                for (_, future), answer in zip(batch, await self._worked([asked for asked, _ in batch]), strict=True):
                    if future.done():  # whoever asked has gone
                        continue
                    if isinstance(answer, Exception):
                        future.set_exception(answer)
                    else:
                        future.set_result(answer)
        finally:
            self._under_way = None  # whatever befell this one, whoever asks next is answered

    async def _gather(self) -> None:
        """Ends once a turn of the event loop has brought no more, or there is enough."""
        before = 0
        while before < len(self._waiting) < self._most:
            before = len(self._waiting)
            await asyncio.sleep(0)

    async def _worked(self, batch: list[Asked]) -> Sequence[Answer | Exception]:
        try:
            return await self._work(batch)
        except Exception as error:
            return [error] * len(batch)


def in_a_thread(
    name: str, work: Callable[[Sequence[Asked]], Sequence[Answer | Exception]]
) -> Callable[[Sequence[Asked]], Awaitable[Sequence[Answer | Exception]]]:
    """Makes work of a `Batcher` from what blocks: it is done in a thread of this name."""
    thread = ThreadPoolExecutor(1, name)

    async def worked(batch: Sequence[Asked]) -> Sequence[Answer | Exception]:
        return await asyncio.get_running_loop().run_in_executor(thread, work, batch)

    return worked
