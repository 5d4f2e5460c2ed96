"""Writes a model's folder: the same model and data give the same bytes."""

import platform
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

from penstock.data.naming import type_name
from penstock.models import mlflow_categories
from penstock.models.answers import answer, outputs_of, plain
from penstock.models.code import Code, code_of
from penstock.models.description import modules_of, write_description, write_environment
from penstock.models.draft import Draft, draft_from_task
from penstock.models.errors import ModelFails, NotPackaged
from penstock.models.estimators import classes_of, is_fitted, task_of
from penstock.models.example import write_example
from penstock.models.flavours import Flavour, Written, flavour_called, flavour_of
from penstock.models.graphs import Compiled, compiled_from
from penstock.models.package import CODE, GRAPH, PREDICTIONS, PROFILE, Expected, Package, write_package
from penstock.models.signature import Signature

_COMPILE_ROWS = 200
"""So many rows are enough for a gate that makes hard ones of them, and they take 1.5 s."""


class Wishes(Struct, frozen=True, kw_only=True):
    """What the author says besides."""

    requirements: Sequence[str] = ()
    limits: str = ""
    allow_pickle: bool = False


def build(estimator: Any, draft: Draft, folder: Path, wishes: Wishes | None = None) -> Package:
    """Write the package of a fitted model.

    Args:
        estimator: The model.
        draft: How it is described.
        folder: Where to: a folder that does not exist yet.
        wishes: What else the author says.

    Raises:
        NotPackaged: It cannot be written, or is not fitted.
        ModelFails: It fails on its own data.
    """
    wishes = wishes or Wishes()
    flavour = flavour_of(estimator)
    what = type_name(type(estimator))
    folder.mkdir(parents=True)
    written = flavour.write(estimator, folder, example=draft.example, allow_pickle=wishes.allow_pickle)
    settled = flavour_called("pickle") if written.settings.get("pickled") else flavour
    assert settled is not None
    own_name = f"{type(estimator).__module__}.{type(estimator).__qualname__}"
    own = [] if settled.name == "pytorch" else [own_name]
    code = code_of([*written.types, *own], what)
    _copy_code(folder, code)
    written = _for_categories(folder, draft, written)
    tried = _try(estimator, flavour, draft, what)
    compiled = compiled_from(estimator, draft, _COMPILE_ROWS) if tried.signature.inputs else Compiled.without(draft)
    if compiled.model:
        compiled.model.save(folder / GRAPH)
    modules = {*flavour.needs, *modules_of(written.types), *code.imports, *(["onnxruntime"] if compiled.model else [])}
    write_environment(folder, sorted(modules), list(wishes.requirements), what)
    shown = write_example(folder, draft.example) if tried.signature else None
    write_description(folder, written, tried.signature, shown, predicts=tried.predicts)
    _write_profiles(folder, draft, tried)
    package = Package(
        flavour=settled.name if written.flavours else "",
        class_=own_name,
        task=task_of(estimator),
        target=draft.target,
        signature=tried.signature,
        no_signature=draft.no_signature,
        classes=classes_of(estimator),
        runtime="graph" if compiled.model else "original",
        parity=compiled.parity,
        not_compiled=compiled.reason,
        expected=_expected(tried, compiled, draft),
        trusted=written.trusted,
        modules=list(code.modules),
        settings=written.settings,
        python=platform.python_version(),
        data=draft.data,
        limits=wishes.limits,
    )
    return write_package(folder, package)


def build_from_task(estimator: Any, folder: Path) -> Package:
    """Write the package of what a component returned; its raw rows are looked for among what the task was given.

    A table with all of its columns is not always what it was fitted on: the component may have changed them. A model
    that fails on it is packaged without a signature.
    """
    draft = draft_from_task(estimator)
    try:
        return build(estimator, draft, folder)
    except ModelFails as error:
        shutil.rmtree(folder)
        reason = f"it fails on the table that has all its columns, so that is not what it takes: {error.reason}"
        return build(estimator, Draft(no_signature=f"{reason}; return `Model(…, data=…)`"), folder)


def check_fitted(estimator: Any) -> None:
    """Refuse what was never fitted."""
    if not is_fitted(estimator):
        raise NotPackaged(what=type_name(type(estimator)), reason="it is not fitted", advice="call its `fit` first")


class _Tried(Struct, frozen=True, kw_only=True):
    """What the model said to rows of its own data."""

    signature: Signature
    predicts: bool = True
    predictions: Any = None
    probabilities: Any = None
    example: Any = None
    example_probabilities: Any = None


def _try(estimator: Any, flavour: Flavour, draft: Draft, what: str) -> _Tried:
    asked = flavour.ask(estimator) if hasattr(estimator, "predict") or flavour.name == "pytorch" else None
    if asked is None or draft.sample is None:
        return _Tried(signature=draft.signature, predicts=asked is not None)
    predictions = answer(asked, draft.sample, what=what)
    if len(predictions) != len(draft.sample):
        reason = f"it gave {len(predictions)} answers for {len(draft.sample)} rows"
        raise ModelFails(what=what, reason=reason)
    has = asked.predict_proba is not None
    return _Tried(
        signature=Signature(
            inputs=draft.signature.inputs, array=draft.signature.array, outputs=outputs_of(predictions)
        ),
        predictions=predictions,
        probabilities=answer(asked, draft.sample, what=what, probabilities=True) if has else None,
        example=answer(asked, draft.example, what=what),
        example_probabilities=answer(asked, draft.example, what=what, probabilities=True) if has else None,
    )


def _expected(tried: _Tried, compiled: Compiled, draft: Draft) -> Expected | None:
    if tried.example is None:
        return None
    found = compiled.model.predict(draft.example, refuse=False) if compiled.model else None
    return Expected(
        predictions=plain(tried.example) or [],
        probabilities=plain(tried.example_probabilities),
        graph_predictions=plain(found.predictions) if found else None,
        graph_probabilities=plain(found.probabilities) if found else None,
    )


def _write_profiles(folder: Path, draft: Draft, tried: _Tried) -> None:
    """The profile of the raw columns, and that of what the model said about a sample of them."""
    if draft.profile is None or tried.predictions is None or not tried.signature:
        return
    import pandas as pd

    from penstock.profiles import profile

    (folder / PROFILE).parent.mkdir(exist_ok=True)
    (folder / PROFILE).write_text(draft.profile.to_json(), encoding="utf-8")
    columns = {
        column.name: part for column, part in zip(tried.signature.outputs, _parts(tried.predictions), strict=True)
    }
    if tried.probabilities is not None and tried.probabilities.ndim == 2:
        for i, part in enumerate(_parts(tried.probabilities)):
            columns[f"probability_{i}"] = part
    said = profile(pd.DataFrame(columns))
    (folder / PREDICTIONS).write_text(said.to_json(), encoding="utf-8")


def _parts(values: Any) -> list[Any]:
    return [values] if values.ndim < 2 else [values[:, i] for i in range(values.shape[1])]


def _for_categories(folder: Path, draft: Draft, written: Written) -> Written:
    """A loader for MLflow that makes categories of texts, for models that split on them."""
    if not any(column.dtype == "category" for column in draft.signature.inputs):
        return written
    target = folder / CODE / f"penstock_{Path(mlflow_categories.__file__).name}"
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(mlflow_categories.__file__, target)
    return structs.replace(written, loader={**written.loader, "loader_module": target.stem})


def _copy_code(folder: Path, code: Code) -> None:
    for name, file in code.files.items():
        target = folder / CODE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
