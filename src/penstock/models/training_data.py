"""One pass over the raw rows that a model was trained on: their profile, what is missing, and rows to try."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from penstock.models.rows import frame_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from penstock.profiles import Profile

KEPT = 2_000
"""At least so many rows are kept, evenly picked, if there are so many."""


class TrainingData:
    """What is known of a table after it was read once."""

    def __init__(self, dataset: Any, columns: Sequence[str], *, extra: Sequence[str] = ()) -> None:
        """Read it.

        Args:
            dataset: In any form that `penstock.features.fit` takes.
            columns: Those that the model takes.
            extra: Others to profile and to keep: the target.
        """
        self.columns = list(columns)
        self.rows = 0
        self.lacking: set[str] = set()
        self.profile: Profile | None = None
        self._stride = 1
        self._picked: list[pd.DataFrame] = []
        wanted = [*columns, *(name for name in extra if name not in columns)]
        profiler = _profiler(next(iter(extra), None))
        for frame in _frames(dataset, wanted):
            if profiler is not None:
                profiler.update(frame)
            self.lacking |= {name for name in wanted if name not in self.lacking and frame[name].isna().any()}
            self._pick(frame)
            self.rows += len(frame)
        if profiler is not None and self.rows:
            self.profile = profiler.result()

    def sample(self, rows: int) -> "pd.DataFrame":
        """At most so many of the rows, evenly picked, as the model takes them."""
        import numpy as np
        import pandas as pd

        whole = pd.concat(self._picked, ignore_index=True)
        at = np.unique(np.linspace(0, len(whole) - 1, min(rows, len(whole))).astype(int))
        return whole.iloc[at].reset_index(drop=True)[self.columns]

    def values(self, name: str) -> "np.ndarray[Any, Any]":
        """The values of a column in the rows that were kept."""
        import pandas as pd

        values: np.ndarray[Any, Any] = pd.concat([part[name] for part in self._picked]).dropna().to_numpy()
        return values

    def _pick(self, frame: "pd.DataFrame") -> None:
        """Keep every so many rows; when they get many, keep every second one of them."""
        first = -self.rows % self._stride
        self._picked.append(frame.iloc[first :: self._stride])
        while sum(map(len, self._picked)) > 2 * KEPT:
            self._picked = [_every_second(self._picked)]
            self._stride *= 2


def names_in(dataset: Any) -> list[str]:
    """The names of a table's columns."""
    if _is_frame(dataset):
        return [str(name) for name in dataset.columns]
    from penstock.features.source import open_source

    return list(open_source(dataset).names)


def _frames(dataset: Any, columns: Sequence[str]) -> Iterator["pd.DataFrame"]:
    if _is_frame(dataset):
        frame = frame_of(dataset)
        if len(frame):
            yield frame[list(columns)]
        return
    from penstock.features.source import open_source

    yield from open_source(dataset).frames(columns)


def _is_frame(dataset: Any) -> bool:
    return type(dataset).__module__.partition(".")[0] == "pandas"


def _every_second(parts: "list[pd.DataFrame]") -> "pd.DataFrame":
    import pandas as pd

    return pd.concat(parts).iloc[::2]


def _profiler(target: str | None) -> Any:
    """None where the extra that profiles need is not installed."""
    from importlib.util import find_spec

    if find_spec("polars") is None:
        return None
    from penstock.profiles import Profiler

    return Profiler(target=target)
