"""Classes: one name for each, whatever type a column or a model gives it, and which of two is the positive one."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from penstock.evaluation.errors import UnclearTask, WrongOption

Label: TypeAlias = bool | int | float | str

_NEGATIVE_AND_POSITIVE: tuple[tuple[Label, Label], ...] = (
    (0, 1),
    (-1, 1),
    ("0", "1"),
    ("no", "yes"),
    ("n", "y"),
    ("false", "true"),
    ("f", "t"),
    ("negative", "positive"),
)
_SHOWN = 8


class Classes:
    """Classes by number, in the order they were met. `1`, `1.0` and `True` are one class, and `"1"` is another."""

    def __init__(self, known: Iterable[Any] = ()) -> None:
        self._codes: dict[Label, int] = {}
        self.names: list[Label] = []
        for name in known:
            self._add(plain_label(name))

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, label: Any) -> bool:
        return plain_label(label) in self._codes

    def codes(self, values: Any) -> NDArray[np.intp]:
        """The number of each label; labels not met before get new ones. A missing one is -1."""
        import pandas as pd

        if isinstance(values, np.ndarray) and values.dtype.kind in "US":
            values = values.astype(object)
        places, uniques = pd.factorize(pd.Series(values), use_na_sentinel=True)
        lookup = np.array([self._add(plain_label(one)) for one in uniques] + [-1], dtype=np.intp)
        return lookup[places]

    def code(self, label: Any) -> int:
        """The number of a label. Raises `KeyError`."""
        return self._codes[plain_label(label)]

    def find(self, label: Any, option: str = "positive") -> int:
        """The number of the class that was named; by its text, if only one has that. Raises `WrongOption`."""
        if label in self:
            return self.code(label)
        same = [code for code, name in enumerate(self.names) if str(name) == str(label)]
        if len(same) != 1:
            advice = f"the classes are: {self.shown()}"
            raise WrongOption(option=option, value=repr(label), reason="there is no such class", advice=advice)
        return same[0]

    def _add(self, label: Label) -> int:
        code = self._codes.setdefault(label, len(self.names))
        if code == len(self.names):
            self.names.append(label)
        return code

    def shown(self) -> str:
        """The first of them, as in Python."""
        return listed(self.names)


def plain_label(value: Any) -> Label:
    """The label in a plain Python type: whole floats are integers, and other types are their text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return str(value)


def in_order(labels: Iterable[Any]) -> list[Label]:
    """Sorted: numbers before texts."""
    plain = {plain_label(label) for label in labels}
    return sorted(plain, key=lambda one: (isinstance(one, str), one if not isinstance(one, str) else 0, str(one)))


def listed(labels: Sequence[Label]) -> str:
    """The first labels, as in Python."""
    return ", ".join(map(repr, labels[:_SHOWN])) + (f", … ({len(labels)} in all)" if len(labels) > _SHOWN else "")


def positive_of(classes: Classes, positive: Any) -> int:
    """Which of two classes is the positive one.

    Raises:
        WrongOption: The one that was named is none of them.
        UnclearTask: None was named, and the two do not say it themselves, as 0 and 1 or "no" and "yes" do.
    """
    if positive is not None:
        return classes.find(positive)
    lowered: dict[Label, int] = {
        name.strip().lower() if isinstance(name, str) else name: code for code, name in enumerate(classes.names)
    }
    for negative, found in _NEGATIVE_AND_POSITIVE:
        if set(lowered) <= {negative, found}:
            return lowered[found] if found in lowered else _absent(classes, found)
    names = classes.names
    raise UnclearTask(
        reason=f"its classes are {classes.shown()}, and which of them is the positive one changes precision and recall",
        advice=f"say which one is looked for: `positive={names[-1]!r}`",
    )


def _absent(classes: Classes, label: Label) -> int:
    """The number of a positive class that neither the data nor the model know."""
    classes.codes([label])
    return classes.code(label)
