"""Requests that come together are asked together, and one cannot harm another."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from penstock.serving.batching import SLOW, Batcher
from penstock.serving.running import Answer


class Doubler:
    """Doubles numbers; refuses to be asked for 13, and raises if a row is no number."""

    classes = None

    def __init__(self) -> None:
        self.asked: list[list[Any]] = []
        self.threads: set[str] = set()

    def run(self, rows: Sequence[Any]) -> Answer:
        self.asked.append(list(rows))
        self.threads.add(threading.current_thread().name)
        return Answer(
            predictions=[2 * row + 0 for row in rows], refused=[at for at, row in enumerate(rows) if row == 13]
        )


async def together(batcher: Batcher, requests: Sequence[Sequence[Any]]) -> list[Any]:
    return await asyncio.gather(*(batcher.ask(rows) for rows in requests), return_exceptions=True)


def ask(runner: Doubler, *rounds: Sequence[Sequence[Any]], **options: Any) -> list[list[Any]]:
    async def all_rounds() -> list[list[Any]]:
        batcher = Batcher(runner, **options)
        try:
            return [await together(batcher, requests) for requests in rounds]
        finally:
            batcher.close()

    return asyncio.run(all_rounds())


CROWD = [[n] for n in range(40)]


def test_each_gets_its_own_rows() -> None:
    (answers,) = ask(Doubler(), [[1, 2], [], [3], [4, 5, 6]])
    assert [answer.predictions for answer in answers] == [[2, 4], [], [6], [8, 10, 12]]


def test_who_comes_in_a_crowd_is_asked_in_one_question() -> None:
    runner = Doubler()
    ask(runner, CROWD, CROWD)
    assert max(len(rows) for rows in runner.asked) == 40
    assert sorted(row for rows in runner.asked for row in rows) == sorted([*range(40), *range(40)])


def test_who_comes_alone_is_asked_at_once() -> None:
    runner = Doubler()

    async def alone() -> None:
        batcher = Batcher(runner)
        coroutine = batcher.ask([1])
        with pytest.raises(StopIteration) as ended:  # it has an answer without having waited for anything
            coroutine.send(None)
        assert ended.value.value.predictions == [2]
        batcher.close()

    asyncio.run(alone())


def test_a_question_has_no_more_rows_than_it_may() -> None:
    runner = Doubler()
    ask(runner, CROWD, CROWD, most=16)
    assert max(len(rows) for rows in runner.asked) <= 16
    (answers,) = ask(runner, [[*range(100)]], most=16)
    assert answers[0].predictions == [2 * n for n in range(100)]


def test_a_request_that_the_model_cannot_bear_fails_alone() -> None:
    answers = ask(Doubler(), CROWD, [[1], ["poison"], [2]])[1]
    assert [answers[0].predictions, answers[2].predictions] == [[2], [4]]
    assert isinstance(answers[1], TypeError)


def test_refused_rows_are_told_to_whom_they_belong() -> None:
    answers = ask(Doubler(), CROWD, [[1, 13], [2], [13]])[1]
    assert [list(answer.refused) for answer in answers] == [[1], [], [0]]


def test_a_slow_model_is_asked_in_a_thread_while_the_loop_goes_on() -> None:
    class Slow(Doubler):
        def run(self, rows: Sequence[Any]) -> Answer:
            threading.Event().wait(10 * SLOW)
            return super().run(rows)

    runner = Slow()
    rounds = ask(runner, *[CROWD] * 3)
    assert all(answer.predictions == [2 * n] for answers in rounds for n, answer in enumerate(answers))
    assert any(name.startswith("penstock model") for name in runner.threads)


def test_nobody_is_asked_for_a_client_that_has_gone() -> None:
    runner = Doubler()

    async def leave() -> None:
        batcher = Batcher(runner)
        await together(batcher, CROWD)
        runner.asked.clear()
        gone = asyncio.ensure_future(batcher.ask(["gone"]))
        stays = asyncio.ensure_future(batcher.ask([1]))
        await asyncio.sleep(0)
        gone.cancel()
        assert (await stays).predictions == [2]
        batcher.close()

    asyncio.run(leave())
    assert runner.asked == [[1]]
