"""Many requests are answered together: each gets its own answer, and nobody waits for nothing."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from feedback.record.errors import Unavailable
from ingest.intake.batcher import Batcher, in_a_thread


class Worker:
    """Doubles numbers, once it may; negative ones it refuses."""

    def __init__(self) -> None:
        self.may, self.batches = threading.Event(), list[list[int]]()

    def __call__(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.may.wait(10)
        self.batches.append(list(numbers))
        return [2 * number if number >= 0 else ValueError(str(number)) for number in numbers]


def test_what_comes_while_a_batch_is_under_way_goes_together_and_each_gets_its_own_answer() -> None:
    asyncio.run(_gathering())


async def _gathering() -> None:
    work = Worker()
    batcher: Batcher[int, int] = Batcher(in_a_thread("test", work), most=3)
    asked = [asyncio.create_task(batcher.ask(1))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked += [asyncio.create_task(batcher.ask(number)) for number in (2, -3, 4, 5)]
    await asyncio.sleep(0)
    work.may.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [str(answer) for answer in answers] == ["2", "4", "-3", "8", "10"]
    assert isinstance(answers[2], ValueError)
    assert work.batches == [[1], [2, -3, 4], [5]]
    await batcher.close()


def test_what_comes_with_each_turn_of_the_loop_goes_along_though_nothing_is_under_way() -> None:
    asyncio.run(_one_a_turn())


async def _one_a_turn() -> None:
    work = Worker()
    work.may.set()
    batcher: Batcher[int, int] = Batcher(in_a_thread("test", work))
    asked = []
    for number in (1, 2, 3):
        asked.append(asyncio.create_task(batcher.ask(number)))
        await asyncio.sleep(0)
    assert await asyncio.gather(*asked) == [2, 4, 6]
    assert work.batches == [[1, 2, 3]]


def test_more_than_may_wait_are_told_to_come_back_and_those_that_wait_are_answered() -> None:
    asyncio.run(_full())


async def _full() -> None:
    work = Worker()
    batcher: Batcher[int, int] = Batcher(in_a_thread("test", work), waiting=2)
    asked = [asyncio.create_task(batcher.ask(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await batcher.ask(3)
    work.may.set()
    await batcher.close()
    assert await asyncio.gather(*asked) == [2, 4]


def test_who_has_gone_spoils_nothing_and_what_nobody_foresaw_reaches_all_who_asked() -> None:
    asyncio.run(_failing())


async def _failing() -> None:
    def fails(numbers: Sequence[int]) -> list[int | Exception]:
        raise RuntimeError("unforeseen")

    batcher: Batcher[int, int] = Batcher(in_a_thread("test", fails))
    gone, stays = asyncio.create_task(batcher.ask(1)), asyncio.create_task(batcher.ask(2))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(RuntimeError):
        await stays
    with pytest.raises(RuntimeError):
        await batcher.ask(3)
    await batcher.close()
