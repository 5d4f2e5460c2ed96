"""The type of a JSON value, in one place."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
    """What JSON can say. Integers are kept apart from floats, and exact."""
else:
    # msgspec reads annotations at run time and cannot follow a recursive one.
    Json = Any
