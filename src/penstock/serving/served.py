"""A model version that answers requests: how its rows are read, how it is asked, and what it is called."""

from functools import cached_property
from typing import Any

from penstock.models.signature import Signature
from penstock.serving.batching import Batcher
from penstock.serving.rows import RowReader
from penstock.serving.running import Answer, Runner


class Served:
    """One version of a model, loaded and ready.

    Args:
        name: Of the model.
        version: Of it, as people say it.
        signature: What it takes and gives.
        runner: What asks it.
        example: A few raw rows, for people who try it.
        most_rows: Of one question to the model.
    """

    def __init__(
        self,
        name: str,
        version: str,
        signature: Signature,
        runner: Runner,
        *,
        example: list[dict[str, Any]] | None = None,
        most_rows: int = 256,
    ) -> None:
        self.name = name
        self.version = version
        self.signature = signature
        self.example = example or []
        self.reader = RowReader(signature)
        self.batcher = Batcher(runner, most=most_rows)
        self.classes = runner.classes

    @cached_property
    def class_names(self) -> list[str]:
        """The classes as texts, for keys of JSON objects."""
        return [str(one) for one in self.classes or []]

    async def ask(self, rows: list[Any]) -> Answer:
        """See `Batcher.ask`."""
        return await self.batcher.ask(rows)

    def close(self) -> None:
        """End what it runs."""
        self.batcher.close()
