"""Requests that come at the same moment are asked as one; a request that comes alone waits for nobody.

Questions are collected until the event loop has read whatever came with them, which takes one turn of it: so a batch is
as large as the load makes it. Where requests have been coming one at a time, even that turn is left out, but for
one in so many, to see whether it is still so. A model that takes long is asked in a thread, one question at a time,
and meanwhile the next batch gathers.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

from penstock.serving.running import Answer, Runner

SLOW = 0.002
"""Seconds that the event loop may be held up by one question."""
_MEMORY = 0.8
_PROBE = 16
"""While requests come one at a time, every so many is collected nevertheless."""
_CROWD = 1.2
"""So many requests in a batch, on the average, and collecting is worth its turn of the loop."""


class Batcher:
    """Asks one model, for many requests.

    Args:
        runner: The model.
        most: Rows of one question; a single request may have more.
        wait: Seconds to wait for more requests before asking while others are handled; 0 takes what is there.
    """

    def __init__(self, runner: Runner, *, most: int = 256, wait: float = 0.0) -> None:
        self._runner = runner
        self._most = most
        self._wait = wait
        self._waiting: deque[tuple[Sequence[Any], asyncio.Future[Answer]]] = deque()
        self._scheduled = False
        self._busy = False
        self._seconds = 0.0
        self._crowd = 1.0
        self._asked = 0
        self._thread = ThreadPoolExecutor(1, "penstock model")

    def close(self) -> None:
        """End the thread, when it is done."""
        self._thread.shutdown(wait=True)

    async def ask(self, rows: Sequence[Any]) -> Answer:
        """The answer for the rows of one request."""
        self._asked += 1
        if self._crowd < _CROWD and self._asked % _PROBE and self._can_be_asked_here(len(rows)):
            return self._timed(rows)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((rows, future))
        self._schedule(loop)
        return await future

    def _can_be_asked_here(self, rows: int) -> bool:
        """Whether the model may be asked in the event loop's own thread, at once."""
        return not self._busy and not self._waiting and self._seconds < SLOW and rows <= self._most

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._scheduled or self._busy or not self._waiting:
            return
        self._scheduled = True
        if self._wait:
            loop.call_later(self._wait, self._flush, loop)
        else:
            loop.call_soon(self._flush, loop)

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        self._scheduled = False
        batch = self._take()
        if not batch:
            return
        self._crowd = _MEMORY * self._crowd + (1 - _MEMORY) * len(batch)
        if self._seconds < SLOW and sum(len(rows) for rows, _ in batch) <= self._most:
            _deliver(batch, self._answers([rows for rows, _ in batch]))
            self._schedule(loop)
            return
        self._busy = True
        running = loop.run_in_executor(self._thread, self._answers, [rows for rows, _ in batch])
        running.add_done_callback(lambda done: self._finished(loop, batch, done))

    def _finished(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: "list[tuple[Sequence[Any], asyncio.Future[Answer]]]",
        done: "asyncio.Future[list[Answer | Exception]]",
    ) -> None:
        self._busy = False
        error = done.exception()
        _deliver(batch, [error] * len(batch) if isinstance(error, Exception) else done.result())
        self._schedule(loop)

    def _take(self) -> "list[tuple[Sequence[Any], asyncio.Future[Answer]]]":
        """The next requests, as many as fit; those whose client has gone are left out."""
        taken: list[tuple[Sequence[Any], asyncio.Future[Answer]]] = []
        count = 0
        while self._waiting:
            rows, future = self._waiting[0]
            if taken and count + len(rows) > self._most:
                break
            self._waiting.popleft()
            if not future.done():
                taken.append((rows, future))
                count += len(rows)
        return taken

    def _answers(self, parts: Sequence[Sequence[Any]]) -> "list[Answer | Exception]":
        """An answer or an error for each request. If the batch fails, each is asked alone: one may be poison."""
        if len(parts) == 1:
            return [self._answer(parts[0])]
        try:
            whole = self._timed([row for rows in parts for row in rows])
        except Exception:  # noqa: BLE001 - whatever the model raises; the one that it is about is found below
            return [self._answer(rows) for rows in parts]
        answers: list[Answer | Exception] = []
        start = 0
        for rows in parts:
            answers.append(whole.part(start, start + len(rows)))
            start += len(rows)
        return answers

    def _answer(self, rows: Sequence[Any]) -> Answer | Exception:
        try:
            return self._timed(rows)
        except Exception as error:  # noqa: BLE001 - whatever the model raises is for its request alone
            return error

    def _timed(self, rows: Sequence[Any]) -> Answer:
        began = perf_counter()
        answer = self._runner.run(rows)
        self._seconds = _MEMORY * self._seconds + (1 - _MEMORY) * (perf_counter() - began)
        return answer


def _deliver(
    batch: "list[tuple[Sequence[Any], asyncio.Future[Answer]]]", answers: "Sequence[Answer | Exception]"
) -> None:
    for (_, future), answer in zip(batch, answers, strict=True):
        if future.done():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
