"""A user's own function, followed: it is called once with something that writes down what is done to it.

What it does with NumPy's functions and operators becomes nodes. Whatever depends on the values, such as an `if` or a
mean, cannot be followed. Whether the result is right is for the parity gate to say.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from penstock.compiled.graph import CannotCompile, Graph, Part

_SAME = {
    "add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "negative": "Neg", "absolute": "Abs",
    "fabs": "Abs", "floor": "Floor", "ceil": "Ceil", "rint": "Round", "sqrt": "Sqrt", "exp": "Exp", "log": "Log",
    "sin": "Sin", "cos": "Cos", "tan": "Tan", "arctan": "Atan", "tanh": "Tanh", "power": "Pow", "greater": "Greater",
    "greater_equal": "GreaterOrEqual", "less": "Less", "less_equal": "LessOrEqual", "equal": "Equal",
    "logical_and": "And", "bitwise_and": "And", "logical_or": "Or", "bitwise_or": "Or", "logical_not": "Not",
    "invert": "Not", "isnan": "IsNaN",
}  # fmt: skip
_EXACT = {"Add", "Sub", "Mul", "Div", "Neg", "Abs", "Floor", "Ceil", "Round", "Sqrt", "Not", "And", "Or", "IsNaN"}
_TRUTHS = {"Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "And", "Or", "Not", "IsNaN"}
_OF_TRUTHS = {"And", "Or", "Not"}


class Traced(NDArrayOperatorsMixin):
    """Stands for a table, a matrix or a single column of numbers or truth values."""

    def __init__(self, graph: Graph, columns: Sequence[str], names: Sequence[str] = (), *, truth: bool = False,
                 single: bool = False) -> None:  # fmt: skip
        self._graph = graph
        self._columns = list(columns)
        self._names = list(names)
        self._truth = truth
        self._single = single

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> "Traced":
        if method != "__call__" or options:
            raise CannotCompile(f"`numpy.{ufunc.__name__}` is called in a way that cannot be followed")
        return _applied(ufunc.__name__, inputs, self._graph)

    def __array_function__(self, function: Any, _types: Any, arguments: Any, options: Any) -> "Traced":
        known = _FUNCTIONS.get(function)
        if known is None:
            raise CannotCompile(f"`numpy.{function.__name__}` has no counterpart in the graph")
        return known(*arguments, **options)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise CannotCompile("it needs the values themselves")

    def __bool__(self) -> bool:
        raise CannotCompile("what it does depends on the values")

    def __len__(self) -> int:
        raise CannotCompile("what it does depends on the number of rows")

    def __iter__(self) -> Any:
        raise CannotCompile("it goes through the rows one by one")

    def __getattr__(self, name: str) -> Any:
        raise CannotCompile(f"`.{name}` cannot be followed")

    @property
    def columns(self) -> list[str]:
        """The names."""
        return self._names

    @property
    def values(self) -> "Traced":
        """Without names."""
        return self._like(self._columns)

    def to_numpy(self) -> "Traced":
        """Without names."""
        return self.values

    def copy(self) -> "Traced":
        """The same."""
        return self._like(self._columns, self._names)

    def abs(self) -> Any:
        """Of pandas."""
        return np.absolute(self)

    def isna(self) -> Any:
        """Of pandas."""
        return np.isnan(self)

    def fillna(self, value: Any) -> "Traced":
        """Of pandas."""
        filled = _where(np.isnan(self), value, self)
        return filled._like(filled._columns, self._names)

    def clip(self, lower: Any = None, upper: Any = None) -> "Traced":
        """Of pandas and NumPy."""
        low = self if lower is None else _applied("maximum", (self, lower), self._graph)
        both = low if upper is None else _applied("minimum", (low, upper), self._graph)
        return both._like(both._columns, self._names)

    def assign(self, **columns: Any) -> "Traced":
        """Of pandas."""
        made = self.copy()
        for name, value in columns.items():
            made[name] = value(made) if callable(value) else value
        return made

    def __setitem__(self, name: Any, value: Any) -> None:
        if not isinstance(name, str) or not isinstance(value, Traced) or not value._single:
            raise CannotCompile("only whole columns can be set, by their name")
        column = value._numbers()[0]
        if name in self._names:
            self._columns[self._names.index(name)] = column
        else:
            self._columns.append(column)
            self._names.append(name)

    def reshape(self, *shape: Any) -> "Traced":
        """A column as a matrix, or a matrix as it is."""
        wanted = shape[0] if len(shape) == 1 else shape
        if wanted != (-1, 1) and wanted != [-1, 1]:
            raise CannotCompile(f"reshape{wanted!r} cannot be followed")
        return Traced(self._graph, self._columns, truth=self._truth)

    def __getitem__(self, key: Any) -> "Traced":
        if isinstance(key, str):
            return self._like([self._columns[self._place(key)]], [key], single=True)
        if isinstance(key, list) and all(isinstance(each, str) for each in key):
            return self._like([self._columns[self._place(each)] for each in key], key)
        if isinstance(key, tuple) and len(key) == 2 and key[0] == slice(None):
            return self._by_position(key[1])
        raise CannotCompile("it picks rows, which cannot be followed")

    def _by_position(self, at: Any) -> "Traced":
        if at is None and self._single:
            return Traced(self._graph, self._columns, truth=self._truth)
        if isinstance(at, int | np.integer):
            return self._like([self._columns[at]], single=True)
        if isinstance(at, slice):
            return self._like(self._columns[at])
        if isinstance(at, list | tuple | np.ndarray):
            return self._like([self._columns[int(each)] for each in at])
        raise CannotCompile("it picks columns in a way that cannot be followed")

    def _place(self, name: str) -> int:
        if name not in self._names:
            raise CannotCompile(f"there is no column {name!r}")
        return self._names.index(name)

    def _like(self, columns: Sequence[str], names: Sequence[str] = (), *, single: bool | None = None) -> "Traced":
        return Traced(self._graph, columns, names, truth=self._truth, single=self._single if single is None else single)

    def _numbers(self) -> list[str]:
        """The columns as float64."""
        return [self._graph.cast(each, "double") for each in self._columns] if self._truth else self._columns

    def parts(self) -> tuple[Part, ...]:
        """The columns as features."""
        if self._single:
            raise CannotCompile("it gives a single column without a second dimension")
        return tuple(Part(tensor=each, type="double") for each in self._numbers())


def followed(function: Callable[..., Any], options: dict[str, Any], columns: Sequence[str], names: Sequence[str],
             graph: Graph) -> tuple[Part, ...]:  # fmt: skip
    """What a function makes of columns of float64. Raises `CannotCompile` if that cannot be said."""
    name = getattr(function, "__name__", repr(function))
    try:
        made = function(Traced(graph, columns, names), **options)
        if not isinstance(made, Traced):
            raise CannotCompile(f"it gives a `{type(made).__name__}`")
        return made.parts()
    except CannotCompile as error:
        raise CannotCompile(f"its function `{name}`: {error}") from None
    except Exception as error:  # whatever a user's function may do with what is no array
        raise CannotCompile(f"its function `{name}` cannot be followed: {type(error).__name__}: {error}") from error


def _applied(name: str, inputs: Sequence[Any], graph: Graph) -> Traced:
    """An elementwise function, column by column."""
    rows, width, single, names = _aligned(inputs)
    operation = _SAME.get(name)
    made, truth = [], operation in _TRUTHS
    for index in range(width):
        operands = [_operand(each, index, width, operation in _OF_TRUTHS, graph) for each in rows]
        made.append(_column(name, operation, operands, graph))
    return Traced(graph, made, names, truth=truth or name in {"not_equal", "isfinite"}, single=single)


def _column(name: str, operation: str | None, operands: list[str], graph: Graph) -> str:
    one = graph.constant([[1.0]])
    if operation is not None:
        if operation not in _EXACT | _TRUTHS:
            graph.approximate.append(f"numpy.{name}")
        return graph.add(operation, *operands)
    if name == "square":
        return graph.add("Mul", operands[0], operands[0])
    if name == "reciprocal":
        return graph.add("Div", one, operands[0])
    if name == "not_equal":
        return graph.add("Not", graph.add("Equal", *operands))
    if name in {"maximum", "minimum"}:
        compared = graph.add("GreaterOrEqual" if name == "maximum" else "LessOrEqual", *operands)
        return graph.add("Where", graph.add("Or", compared, graph.add("IsNaN", operands[0])), *operands)
    graph.approximate.append(f"numpy.{name}")
    if name == "log1p":
        return graph.add("Log", graph.add("Add", operands[0], one))
    if name == "expm1":
        return graph.add("Sub", graph.add("Exp", operands[0]), one)
    if name in {"log2", "log10"}:
        base = graph.constant([[np.log(float(name[3:]))]])
        return graph.add("Div", graph.add("Log", operands[0]), base)
    raise CannotCompile(f"`numpy.{name}` has no counterpart in the graph")


def _aligned(inputs: Sequence[Any]) -> tuple[list[Any], int, bool, list[str]]:
    """What is computed with what: all of one shape, or numbers for all or for each column."""
    traced = [each for each in inputs if isinstance(each, Traced)]
    width, single = len(traced[0]._columns), traced[0]._single
    if any(len(each._columns) != width or each._single != single for each in traced):
        raise CannotCompile("it computes with columns of different shapes")
    for each in inputs:
        if not isinstance(each, Traced) and np.shape(each) not in {(), (width,) if not single else (), (1, width)}:
            raise CannotCompile("it computes with an array of another shape")
    names = [each._names for each in traced]
    return list(inputs), width, single, names[0] if all(each == names[0] for each in names) else []


def _operand(each: Any, index: int, width: int, truth: bool, graph: Graph) -> str:
    if isinstance(each, Traced):
        return each._columns[index] if truth and each._truth else each._numbers()[index]
    value = np.broadcast_to(np.asarray(each), (1, width))[0, index]
    return graph.constant([[bool(value)]], bool) if truth else graph.constant([[float(value)]])


def _where(condition: Any, left: Any, right: Any) -> Traced:
    traced = next(each for each in (condition, left, right) if isinstance(each, Traced))
    graph = traced._graph
    rows, width, single, _ = _aligned((condition, left, right))
    made = [
        graph.add(
            "Where",
            _operand(rows[0], index, width, True, graph),
            *(_operand(each, index, width, False, graph) for each in rows[1:]),
        )
        for index in range(width)
    ]
    return Traced(graph, made, single=single)


def _side_by_side(pieces: Sequence[Any], axis: int = 1) -> Traced:
    if axis not in {1, -1} or not all(isinstance(each, Traced) for each in pieces):
        raise CannotCompile("it puts together what are no columns")
    return Traced(pieces[0]._graph, [column for each in pieces for column in each._numbers()])


_FUNCTIONS: dict[Any, Callable[..., Traced]] = {
    np.where: _where,
    np.clip: lambda values, low=None, high=None: values.clip(low, high),
    np.column_stack: _side_by_side,
    np.hstack: _side_by_side,
    np.concatenate: _side_by_side,
    np.stack: _side_by_side,
}
