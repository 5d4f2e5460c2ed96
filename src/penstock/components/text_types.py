"""What columns of texts are: integers, numbers, truth values, days or moments. All values decide, not the first few.

Texts stay texts where a type would lose something: digits that begin with 0 (postal codes), integers with more digits
than 64 bits hold.
"""

from collections.abc import Callable
from functools import partial

import polars as pl

from penstock.components.data_errors import BadChoice

_MOMENTS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
_ZONED = tuple(form + "%#z" for form in _MOMENTS)


def _trimmed(value: pl.Expr) -> pl.Expr:
    return value.str.strip_chars()


def _integer(value: pl.Expr) -> pl.Expr:
    return _trimmed(value).cast(pl.Int64, strict=False)


def _float(value: pl.Expr, decimal: str) -> pl.Expr:
    plain = _trimmed(value)
    return (plain.str.replace(decimal, ".", literal=True) if decimal != "." else plain).cast(pl.Float64, strict=False)


def _boolean(value: pl.Expr) -> pl.Expr:
    lower = _trimmed(value).str.to_lowercase()
    return pl.when(lower.is_in(["true", "false"])).then(lower == "true")


def _date(value: pl.Expr) -> pl.Expr:
    return _trimmed(value).str.to_date("%Y-%m-%d", strict=False)


def _moment(value: pl.Expr) -> pl.Expr:
    plain = _trimmed(value)
    found = [plain.str.to_datetime(form, time_unit="us", strict=False) for form in _MOMENTS]
    return pl.coalesce(*found, _date(value).cast(pl.Datetime("us")))


def _zoned(value: pl.Expr) -> pl.Expr:
    plain = _trimmed(value).str.replace("Z$", "+00:00")
    found = [plain.str.to_datetime(form, time_unit="us", strict=False, time_zone="UTC") for form in _ZONED]
    return pl.coalesce(*found)


def readers(decimal: str = ".") -> dict[str, Callable[[pl.Expr], pl.Expr]]:
    """For each type, in the order in which it is tried, what makes texts into it; missing where a text does not fit."""
    return {
        "integer": _integer,
        "float": partial(_float, decimal=decimal),
        "boolean": _boolean,
        "date": _date,
        "datetime": _moment,
        "zoned datetime": _zoned,
        "text": lambda value: value,
    }


DTYPES: dict[str, pl.DataType] = {
    "integer": pl.Int64(),
    "float": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "zoned datetime": pl.Datetime("us", "UTC"),
    "text": pl.String(),
}


def reader_of(type: str, decimal: str) -> Callable[[pl.Expr], pl.Expr]:
    """What makes texts into a type, which may be told with its form: `date %d.%m.%Y`."""
    name, _, form = _parted(type)
    if form:
        kind = pl.Date() if name == "date" else pl.Datetime("us", "UTC" if name == "zoned datetime" else None)
        return lambda value: _trimmed(value).str.strptime(kind, form, strict=False)
    return readers(decimal)[name]


def dtype_of(type: str) -> pl.DataType:
    """What Polars calls it."""
    return DTYPES[_parted(type)[0]]


def _parted(type: str) -> tuple[str, str, str]:
    name, sign, form = type.partition(" %")
    return name, sign, f"%{form}" if sign else ""


class Guess:
    """The type of one column, narrowed down batch by batch."""

    def __init__(self, decimal: str) -> None:
        self.candidates = readers(decimal)
        self.seen = False

    def update(self, texts: pl.Series) -> None:
        """Leave the types that do not fit some of these texts."""
        present = texts.drop_nulls()
        if not len(present) or len(self.candidates) == 1:
            return
        self.seen = True
        if _codes(present):
            self.candidates = {"text": self.candidates["text"]}
        value = pl.col(present.name)
        while len(self.candidates) > 1:
            name, reader = next(iter(self.candidates.items()))
            if present.to_frame().select(reader(value).is_not_null().all()).item():
                return
            del self.candidates[name]

    @property
    def type(self) -> str:
        """The type that fits all texts so far; `text` if there was none."""
        return next(iter(self.candidates)) if self.seen else "text"


def _codes(texts: pl.Series) -> bool:
    """Whether some are digits that no number keeps as they are."""
    bare = texts.str.strip_chars()
    return bool(bare.str.contains(r"^[-+]?(0\d+|\d{19,})$").any())


def check_types(types: dict[str, str]) -> None:
    """Refuse a type that is not known."""
    for column, type in types.items():
        name, _, form = _parted(type)
        if name not in DTYPES or (form and not name.endswith(("date", "datetime"))):
            expected = f"one of {', '.join(DTYPES)}"
            raise BadChoice(argument=f"types[{column!r}]", value=repr(type), expected=expected)
