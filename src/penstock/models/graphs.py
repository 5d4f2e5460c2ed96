"""The compiled graph of a model, or the reason why there is none. A model is never refused for want of it."""

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from penstock.core.errors import PenstockError
from penstock.models.draft import Draft

if TYPE_CHECKING:
    from penstock.compiled import CompiledModel


class Compiled(Struct, frozen=True, kw_only=True):
    """What came of compiling."""

    model: Any = None
    """A `CompiledModel`, or None."""
    parity: dict[str, Any] | None = None
    reason: str = ""

    @staticmethod
    def without(draft: Draft) -> "Compiled":
        """Where there are no named columns to compile for."""
        if draft.signature.array:
            return Compiled(reason="it takes an array, and a graph takes named columns")
        return Compiled(reason=f"its raw columns are not known: {draft.no_signature}")


def compiled_from(estimator: Any, draft: Draft, rows: int) -> Compiled:
    """Compile a model, on at most so many of its own rows."""
    from penstock.compiled import compile_model

    if not hasattr(estimator, "__sklearn_tags__"):
        return Compiled(reason=f"a `{type(estimator).__name__}` does not follow scikit-learn's ways")
    try:
        found = compile_model(estimator, _few(draft.sample, rows))
    except PenstockError as error:
        return Compiled(reason=error.message())
    except MemoryError:
        return Compiled(reason="there was not enough memory to compile it")
    except Exception as error:  # noqa: BLE001 - a converter may fail in any way; the original is still there
        return Compiled(reason=f"the compiler failed: {type(error).__name__}: {str(error)[:300]}")
    if not found:
        report = getattr(found, "parity", None)
        return Compiled(reason=getattr(found, "reason", "") or str(found), parity=report.figures() if report else None)
    model: CompiledModel = found  # type: ignore[assignment]
    return Compiled(model=model, parity=model.about.get("parity"))


def _few(sample: Any, rows: int) -> Any:
    """Evenly picked rows."""
    step = max(1, -(-len(sample) // rows))
    return sample.iloc[::step].reset_index(drop=True)
