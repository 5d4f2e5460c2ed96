"""The type of a JSON value, in one place."""

from typing import TypeAlias, Union

Json: TypeAlias = Union[None, bool, int, float, str, "list[Json]", "dict[str, Json]"]
"""What JSON can say. Integers are kept apart from floats, and exact."""
