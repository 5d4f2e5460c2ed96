"""What one library's models need to be packaged: a way to write them, to read them, and to ask them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from msgspec import Struct

from penstock.models.package import Package


class Written(Struct, frozen=True, kw_only=True):
    """What was written of a model."""

    flavours: dict[str, Any]
    """MLflow's flavours, `python_function` apart."""
    loader: dict[str, Any]
    """What `python_function` says: the module of MLflow that loads it, and where the file is."""
    types: list[str]
    """Full names of the types in the model; where they come from is what it requires."""
    trusted: list[str] = []
    """Types that the rules do not know."""
    settings: dict[str, Any] = {}
    """What reading it back needs to know besides."""


class Asked(Struct, frozen=True, kw_only=True):
    """A loaded model, ready to be asked. Each function takes the rows as the model takes them."""

    predict: Callable[[Any], Any]
    predict_proba: Callable[[Any], Any] | None = None


class Flavour:
    """How models of one library are written, read and asked."""

    name: ClassVar[str] = ""
    type_names: ClassVar[tuple[str, ...]] = ()
    """Full names of the types that it is for; those below them are matched too. Nothing is imported to compare."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Modules that reading a model takes."""

    def matches(self, value: Any) -> bool:
        """Whether a model is of this library."""
        names = {f"{base.__module__}.{base.__qualname__}" for base in type(value).__mro__}
        return any(name in names for name in self.type_names)

    def write(self, value: Any, folder: Path, *, example: Any, allow_pickle: bool) -> Written:
        """Write the model into its folder.

        Args:
            value: The fitted model.
            folder: The package's.
            example: Rows as the model takes them, where there are any.
            allow_pickle: Whether the author allows a pickle where nothing else will do.

        Raises:
            NotPackaged: It cannot be written.
        """
        raise NotImplementedError

    def read(self, folder: Path, package: Package, *, trust: bool) -> Any:
        """The model again.

        Args:
            folder: The package's.
            package: Its record.
            trust: Whether whatever is in it may be loaded.

        Raises:
            UntrustedModel: It holds types that nobody vouched for.
            UnreadablePackage: Its file is not what it should be.
        """
        raise NotImplementedError

    def ask(self, value: Any) -> Asked:
        """How the model is asked."""
        raise NotImplementedError
