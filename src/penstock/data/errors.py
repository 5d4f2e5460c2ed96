"""What can go wrong with typed values: between Python and JSON, and between Python and an artifact's bytes."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import UserError


@dataclass(kw_only=True, eq=False)
class UnknownType(UserError, TypeError):
    """An annotation stands for neither a parameter nor an artifact."""

    code: ClassVar[str] = "DAT001"
    annotation: str
    """As a person would write it."""
    reason: str = ""
    """Why, where there is more to say than that no converter is known."""
    advice: str = ""

    def message(self) -> str:
        return f"`{self.annotation}` is neither a parameter type nor an artifact type" + _because(self.reason)

    def hint(self) -> str:
        return self.advice or (
            "use a built-in type, or write a `Converter` for it (three class variables, `save` and `load`) and call"
            " `penstock.data.register(...)` where the component is defined"
        )


@dataclass(kw_only=True, eq=False)
class WrongType(UserError, TypeError):
    """A value is not of the type that was declared for it."""

    code: ClassVar[str] = "DAT002"
    declared: str
    got: str
    """The type that came."""
    where: str = ""
    """For whom, e.g. `output 'rows' of 'load'`."""
    at: str = ""
    """Where inside the value, e.g. `['a'][2]`."""
    value: str = ""
    """The value, shortened."""
    reason: str = ""
    advice: str = ""

    def message(self) -> str:
        subject = (self.where or "a value") + (f", at {self.at}," if self.at else "")
        shown = f" ({self.value})" if self.value else ""
        return f"{subject} is declared as `{self.declared}`, but a `{self.got}` came{shown}" + _because(self.reason)

    def hint(self) -> str:
        return self.advice or f"return or pass a `{self.declared}`, or change the annotation"


@dataclass(kw_only=True, eq=False)
class ConversionError(UserError, ValueError):
    """A value cannot be stored as it is, or stored bytes do not hold what they should."""

    code: ClassVar[str] = "DAT003"
    what: str
    """The value's type when storing, the wanted type when loading, as a person would write it."""
    action: str
    """`stored` or `loaded`."""
    reason: str
    advice: str = ""
    where: str = ""
    """For whom, e.g. `output 'rows' of 'load'`."""

    def message(self) -> str:
        subject = f"{self.where}: " if self.where else ""
        return f"{subject}a `{self.what}` cannot be {self.action}: {self.reason}"

    def hint(self) -> str | None:
        return self.advice or None


@dataclass(kw_only=True, eq=False)
class UntrustedModel(UserError, TypeError):
    """A stored model is made of types that nobody vouched for. Nothing of it was loaded."""

    code: ClassVar[str] = "DAT004"
    types: list[str]
    """Full names."""
    where: str = ""

    def message(self) -> str:
        subject = f"{self.where}: the model" if self.where else "the model"
        return f"{subject} was not loaded, because it holds types that are not trusted: {', '.join(self.types)}"

    def hint(self) -> str:
        names = ", ".join(repr(name) for name in self.types)
        return (
            "if you know where the model comes from and what they do, call"
            f" `penstock.data.trust({names})` in the module of the component that takes the model"
        )


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""
