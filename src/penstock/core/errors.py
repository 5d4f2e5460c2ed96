"""The error tree. Fields are the facts; `message()` says them; `hint()` says what to do.

```
PenstockError
├── UserError    wrong input or wrong use: never retried, exit code 2
├── TaskError    the author's code failed: follows the task's retry policy
└── InfraError   the ground gave way (disk, store, network): the engine may retry
```

Each concrete error lives in the package that raises it, has a stable `code` (three letters and three
digits) with a page in `docs/errors/`, and adds the fitting built-in as a second base.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self


@dataclass(kw_only=True, eq=False)
class PenstockError(Exception):
    """Base of every error that Penstock raises on purpose. Subclasses are keyword-only dataclasses."""

    code: ClassVar[str] = ""

    def message(self) -> str:
        """One sentence: what happened and where, without a final full stop."""
        return type(self).__name__

    def hint(self) -> str | None:
        """One sentence: what to do about it; None where there is nothing to add."""
        return None

    def __str__(self) -> str:
        text = f"{self.message()} [{self.code}]" if self.code else self.message()
        hint = self.hint()
        return f"{text}\n  hint: {hint}" if hint else text

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows, which asks for it by this name: what happened and what to do, without our frames."""
        return f"{type(self).__name__}: {self}".splitlines()

    def __reduce__(self) -> tuple[Any, ...]:
        facts = {field.name: getattr(self, field.name) for field in fields(self)}
        return _rebuild, (type(self), facts)

    @classmethod
    def tree(cls) -> Iterator[type[Self]]:
        """This class and every class below it that has been imported."""
        yield cls
        for sub in cls.__subclasses__():
            yield from sub.tree()


def _rebuild(cls: type[PenstockError], facts: dict[str, Any]) -> PenstockError:
    return cls(**facts)


@dataclass(kw_only=True, eq=False)
class UserError(PenstockError):
    """The input or the use is wrong. Trying again without a change cannot help."""


@dataclass(kw_only=True, eq=False)
class TaskError(PenstockError):
    """The author's code failed. Whether it is tried again is the task's retry policy."""


@dataclass(kw_only=True, eq=False)
class InfraError(PenstockError):
    """The ground gave way: disk, store, network. Trying again may help."""
