"""Registered models as tasks see them: by way of the system that runs the task, or of the home that a script is in."""

from dataclasses import dataclass

from penstock.models import Model


@dataclass(frozen=True, kw_only=True)
class Found:
    """One version of a registered model."""

    model: Model
    name: str
    number: int

    @property
    def version(self) -> str:
        """`taxi/3`."""
        return f"{self.name}/{self.number}"


def find_version(reference: str) -> Found:
    """The version that a reference such as `taxi@champion`, `taxi/3` or `taxi` means."""
    raise NotImplementedError


def find_champion(name: str, alias: str) -> Found | None:
    """The version that an alias of a model stands for; None if there is no such model or alias."""
    raise NotImplementedError
