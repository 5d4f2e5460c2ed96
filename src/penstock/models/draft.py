"""What is known of a model before it is written: the raw rows that it takes, and rows to try it with."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from penstock.core.errors import PenstockError
from penstock.data.errors import WrongType
from penstock.data.given import GivenArtifact, given_artifacts
from penstock.data.naming import type_name
from penstock.models.errors import NotPackaged
from penstock.models.estimators import raw_names, width_of
from penstock.models.rows import columns_of, fitted_to, frame_of
from penstock.models.signature import Array, Signature
from penstock.models.training_data import TrainingData, names_in

if TYPE_CHECKING:
    pass

_EXAMPLE_ROWS = 5


class Draft(Struct, frozen=True, kw_only=True):
    """How a model is to be described."""

    signature: Signature = Signature()
    no_signature: str = ""
    example: Any = None
    """A few rows as the model takes them."""
    sample: Any = None
    """Some more of them."""
    profile: Any = None
    target: str = ""
    data: str = ""
    """Digest of the training data."""


def draft_from(estimator: Any, data: Any, target: str | None, example: Any) -> Draft:
    """A draft from what the author passes.

    Raises:
        NotPackaged: The data do not have the columns that the model was fitted on, or no rows.
    """
    if data is None and example is None:
        return Draft(no_signature="neither `data=` nor `example=` was passed", target=target or "")
    if data is None or _is_array(data):
        return _from_example(example if data is None else data, target or "")
    names = names_in(data)
    what = type_name(type(estimator))
    if target is not None and target not in names:
        reason = f"its data have no column {target!r}, which is to be the target"
        raise NotPackaged(what=what, reason=reason, advice=f"the columns are: {', '.join(names[:20])}")
    columns = _columns_for(estimator, names, target, what)
    read = TrainingData(data, columns, extra=[target] if target else [])
    if not read.rows:
        raise NotPackaged(what=what, reason="its data have no rows", advice="pass the rows that it was fitted on")
    return _of_table(read, target or "", example=example)


def draft_from_task(estimator: Any) -> Draft:
    """A draft from the tables that the task was given: the first that has all columns that the model was fitted on."""
    tables = [one for one in given_artifacts() if one.kind == "table"]
    names = raw_names(estimator)
    if names is None:
        width = width_of(estimator)
        taken = f"{width} columns without names" if width else "no columns by name"
        return Draft(
            no_signature=f"the model was fitted on {taken}; fit it on a data frame, or return `Model(…, data=…)`"
        )
    for table in tables:
        if set(names) <= set(known := _names_or_none(table)):
            return _from_given(estimator, table, names, known)
    reason = "no table that the component was given has all its columns"
    if lacks := [name for name in names if all(name not in _names_or_none(table) for table in tables)]:
        reason += f" (none has {lacks[0]!r})"
    return Draft(no_signature=f"{reason}; return `Model(…, data=…)`")


def _from_given(estimator: Any, table: GivenArtifact, names: list[str], known: Sequence[str]) -> Draft:
    rest = [name for name in known if name not in names]
    candidate = rest[0] if len(rest) == 1 else ""
    try:
        read = TrainingData(table.path, names, extra=[candidate] if candidate else [])
        if not read.rows:
            return Draft(no_signature=f"the table '{table.argument}' has no rows")
        target = candidate if candidate and _may_be_target(estimator, read, candidate) else ""
        return _of_table(read, target, digest=table.digest)
    except PenstockError as error:
        return Draft(no_signature=f"the table '{table.argument}' cannot be described: {error.message()}")


def _of_table(read: TrainingData, target: str, *, digest: str = "", example: Any = None) -> Draft:
    from penstock.models.training_data import KEPT

    sample = read.sample(KEPT)
    columns = columns_of(sample, frozenset(read.lacking))
    sample = fitted_to(sample, columns)
    few = read.sample(_EXAMPLE_ROWS) if example is None else frame_of(example)
    return Draft(
        signature=Signature(inputs=columns),
        example=fitted_to(few, columns),
        sample=sample,
        profile=read.profile,
        target=target,
        data=digest,
    )


def _from_example(example: Any, target: str) -> Draft:
    import numpy as np

    if _is_array(example):
        array = np.asarray(example.detach().cpu() if hasattr(example, "detach") else example)
        if array.ndim == 0 or not len(array):
            raise NotPackaged(what="model", reason="its example has no rows", advice="pass at least one row")
        taken = Array(dtype=str(array.dtype), shape=(-1, *array.shape[1:]))
        return Draft(signature=Signature(array=taken), example=array[:_EXAMPLE_ROWS], sample=array, target=target)
    frame = frame_of(example)
    frame = frame[[name for name in frame.columns if name != target]]
    if not len(frame):
        raise NotPackaged(what="model", reason="its example has no rows", advice="pass at least one row")
    lacking = frozenset(str(name) for name in frame.columns if frame[name].isna().any())
    columns = columns_of(frame, lacking)
    made = fitted_to(frame, columns)
    return Draft(signature=Signature(inputs=columns), example=made.head(_EXAMPLE_ROWS), sample=made, target=target)


def _columns_for(estimator: Any, names: list[str], target: str | None, what: str) -> list[str]:
    """Which columns of the data the model takes."""
    fitted = raw_names(estimator)
    if twice := next((name for name in names if names.count(name) > 1), None):
        reason = f"its data have two columns {twice!r}"
        raise NotPackaged(what=what, reason=reason, advice="give each column a name of its own")
    rest = [name for name in names if name != target]
    width = width_of(estimator)
    if fitted is None or (set(fitted).isdisjoint(names) and len(rest) == len(fitted)):
        if width is not None and width != len(rest):
            reason = f"it was fitted on {width} columns, and its data have {len(rest)}"
            raise NotPackaged(what=what, reason=reason, advice="pass the rows it was fitted on, and name the `target`")
        return rest
    if missing := [name for name in fitted if name not in names]:
        reason = f"its data lack the column {missing[0]!r}, which it was fitted on"
        raise NotPackaged(what=what, reason=reason, advice="pass the raw rows that it was fitted on")
    return fitted


def _may_be_target(estimator: Any, read: TrainingData, name: str) -> bool:
    """Whether the one column that the model does not take is what it predicts."""
    from penstock.models.estimators import classes_of

    classes = classes_of(estimator)
    values = read.values(name)
    return classes is None or set(values.tolist()) <= set(classes)


def _names_or_none(table: GivenArtifact) -> list[str]:
    try:
        return names_in(table.path)
    except (PenstockError, OSError, ValueError, WrongType):
        return []


def _is_array(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] in ("numpy", "torch")
