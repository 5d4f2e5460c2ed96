"""What columns of texts are: integers, numbers, truth values, days or moments. All values decide, not the first few.

Texts stay texts where a type would lose something: digits that begin with 0 (postal codes), integers with more digits
than 64 bits hold.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from penstock.components.data_errors import BadChoice

DTYPES: dict[str, pl.DataType] = {
    "integer": pl.Int64(),
    "float": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "zoned datetime": pl.Datetime("us", "UTC"),
    "text": pl.String(),
}
"""In the order in which they are tried."""

_DAY = "%Y-%m-%d"
_MOMENTS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
_FORMS: dict[str, tuple[str, ...]] = {
    "date": (_DAY,),
    "datetime": (*_MOMENTS, _DAY),
    "zoned datetime": tuple(form + "%#z" for form in _MOMENTS),
}
_TRUTH = ["true", "false"]
_CODES = r"^\s*[-+]?(0\d+|\d{19,})\s*$"


@dataclass(frozen=True)
class TextType:
    """A type, and how its texts are written."""

    name: str
    forms: tuple[str, ...] = ()
    """Of days and moments: the forms that occur, the most frequent first."""
    decimal: str = "."

    @property
    def dtype(self) -> pl.DataType:
        """What Polars calls it."""
        return DTYPES[self.name]

    def read(self, value: pl.Expr) -> pl.Expr:
        """Make texts into values of the type; missing where a text does not fit."""
        if self.name == "text":
            return value
        plain = value.str.strip_chars()
        if self.name == "integer":
            return plain.cast(pl.Int64, strict=False)
        if self.name == "float":
            plain = plain.str.replace(self.decimal, ".", literal=True) if self.decimal != "." else plain
            return plain.cast(pl.Float64, strict=False)
        if self.name == "boolean":
            lower = plain.str.to_lowercase()
            return pl.when(lower.is_in(_TRUTH)).then(lower == "true")
        if self.name == "zoned datetime":
            plain = plain.str.replace("Z$", "+00:00")
        return pl.coalesce(*(self._parsed(plain, form) for form in self.forms))

    def _parsed(self, plain: pl.Expr, form: str) -> pl.Expr:
        dtype: Any = pl.Date() if form == _DAY else self.dtype
        return plain.str.strptime(dtype, form, strict=False).cast(self.dtype)


def given_type(text: str, column: str, decimal: str) -> TextType:
    """What a person calls a type: its name, for days and moments also with its form, `date %d.%m.%Y`.

    Raises:
        BadChoice: No type is called so.
    """
    name, sign, form = text.partition(" %")
    if name not in DTYPES or (sign and name not in _FORMS):
        raise BadChoice(argument=f"types[{column!r}]", value=repr(text), expected=f"one of {', '.join(DTYPES)}")
    return TextType(name, (f"%{form}",) if sign else _FORMS.get(name, ()), decimal)


class Guess:
    """The type of one column, narrowed down batch by batch."""

    def __init__(self, decimal: str) -> None:
        self.decimal = decimal
        self.left = list(DTYPES)
        self.forms: tuple[str, ...] = ()
        self.seen = False

    def update(self, texts: pl.Series) -> None:
        """Leave the types that do not fit some of these texts."""
        present = texts.drop_nulls()
        if not len(present) or len(self.left) == 1:
            return
        self.seen = True
        while len(self.left) > 1 and not self._fits(present):
            self.left.pop(0)
            self.forms = ()

    @property
    def type(self) -> TextType:
        """The type that fits all texts so far; `text` if there was none."""
        return TextType(self.left[0] if self.seen else "text", self.forms, self.decimal)

    def _fits(self, texts: pl.Series) -> bool:
        name = self.left[0]
        if name in _FORMS:
            return self._fits_forms(texts, name)
        if name in ("integer", "float") and texts.str.contains(_CODES).any():
            self.left = ["", "text"]  # the first is taken off
            return False
        return _failing(TextType(name, decimal=self.decimal), texts) is None

    def _fits_forms(self, texts: pl.Series, name: str) -> bool:
        """Whether known forms fit, or others do that are then known."""
        rest: pl.Series | None = texts
        used = []
        for form in dict.fromkeys([*self.forms, *_FORMS[name]]):
            before = len(rest) if rest is not None else 0
            rest = _failing(TextType(name, (form,)), rest) if rest is not None else None
            if form in self.forms or (rest is None) or len(rest) < before:
                used.append(form)
            if rest is None:
                self.forms = tuple(dict.fromkeys([*self.forms, *used]))
                return True
        return False


def _failing(type: TextType, texts: pl.Series) -> pl.Series | None:
    """The texts that do not fit; None if all do."""
    fits = texts.rename("texts").to_frame().select(type.read(pl.col("texts")).is_not_null()).to_series()
    return None if fits.all() else texts.filter(~fits)
