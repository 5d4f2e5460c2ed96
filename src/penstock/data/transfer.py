"""Values across the border: a component's result becomes a file or folder, an artifact becomes an argument.

This is all that a launcher needs to know of values. Where the bytes are kept is somebody else's concern:
paths go in and come out.
"""

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, NamedTuple, get_origin

from penstock.core.errors import PenstockError
from penstock.core.json import Json
from penstock.data.converter import Converter
from penstock.data.errors import ConversionError, UntrustedModel, WrongType
from penstock.data.naming import show, type_name
from penstock.data.types import ArtifactUse
from penstock.data.values import HTML, JSON, Artifact, Markdown, Metrics, Text

_ANY_KIND = ("", "file")
"""Bytes that may be anything: what a component returned as `Path`, and what was imported."""


class Saved(NamedTuple):
    """A value on disk, ready for the store."""

    path: Path
    """The complete file or folder: in the staging folder, or where the author's `Path` lies."""
    name: str
    """What to call it: the last part of its URI."""
    metadata: dict[str, Json]
    """`kind`, `format`, and what the converter has to say."""


def save_value(value: Any, use: ArtifactUse, staging: Path, *, name: str = "value", where: str = "") -> Saved:
    """Write one value of a component's output.

    Args:
        value: What the component returned: for a list of artifacts, one item of it.
        use: What was declared.
        staging: An empty folder to write in.
        name: What to call the result, without an ending, e.g. the output's name. A `Path` keeps its own name.
        where: For messages, e.g. `output 'rows' of 'load'`.

    Raises:
        WrongType: `value` is not what was declared.
        ConversionError: It is, but cannot be stored.
    """
    value = _wrapped(value, use.annotation)
    _check(value, use, where)
    if use.converter is None:
        return _taken_over(value, name, where)
    suffix = use.converter.suffix
    target = staging / f"value{suffix}"
    with _Explained(use.annotation, "stored", where):
        facts = use.converter.save(value, target)
    metadata: dict[str, Json] = {**facts, "kind": use.converter.kind, "python_type": type_name(type(value))}
    metadata.setdefault("format", suffix.lstrip(".") or "folder")
    return Saved(target, name + suffix, metadata)


def load_value(
    path: Path,
    use: ArtifactUse,
    metadata: Mapping[str, Json],
    *,
    name: str = "",
    uri: str = "",
    schema_title: str = "system.Artifact",
    where: str = "",
) -> Any:
    """The value that a component's input asks for, from one stored artifact.

    Args:
        path: The artifact's file or folder; never written to.
        use: What the input is declared as.
        metadata: The artifact's; its `kind` says what the bytes are.
        name: The artifact's name, for `Artifact`.
        uri: Its URI, for `Artifact`.
        schema_title: Its type in the IR, for `Artifact`.
        where: For messages, e.g. `input 'rows' of 'train'`.

    Raises:
        ConversionError: The bytes are of another kind, or not what they should be.
        WrongType: They hold a value of another type than declared, e.g. another class of model.
    """
    if use.converter is None:
        if isinstance(use.annotation, type) and issubclass(use.annotation, PurePath):
            return Path(path)
        return Artifact(name=name, uri=uri, path=Path(path), type=schema_title, metadata=dict(metadata))
    with _Explained(use.annotation, "loaded", where):
        _check_kind(metadata, use.converter, use.annotation)
        value = use.converter.load(Path(path), _class(use.annotation), dict(metadata))
    _check(value, use, where)
    return value


_WRAPPERS = (Text, HTML, Markdown, Metrics)


def _wrapped(value: Any, annotation: Any) -> Any:
    """A plain `str` or `dict` is accepted where `HTML`, `Metrics`, … is declared, and plain JSON for `JSON`."""
    if annotation in _WRAPPERS and type(value) is annotation.__mro__[1]:
        return annotation(value)
    if annotation is JSON and not isinstance(value, JSON):
        return JSON(value)
    return value


def _check(value: Any, use: ArtifactUse, where: str) -> None:
    expected = _class(use.annotation)
    try:
        fits = isinstance(value, expected)
    except TypeError:  # a protocol that cannot be checked at run time
        return
    if not fits:
        raise WrongType(
            declared=type_name(use.annotation),
            got=type_name(type(value)),
            where=where,
            value=show(value),
            advice="call `.collect()` on it, or declare `polars.LazyFrame`" if hasattr(value, "collect") else "",
        )


def _class(annotation: Any) -> Any:
    return get_origin(annotation) or annotation


def _check_kind(metadata: Mapping[str, Json], converter: Converter[Any], annotation: Any) -> None:
    kind = metadata.get("kind", "")
    if kind not in _ANY_KIND and kind != converter.kind:
        raise ConversionError(
            what=type_name(annotation),
            action="loaded",
            reason=f"the artifact is of kind `{kind}`, not `{converter.kind}`",
            advice="take it as `Path`, or as one of the types of its kind",
        )
    if not converter.readable:
        raise ConversionError(
            what=type_name(annotation),
            action="loaded",
            reason="it is only ever written",
            advice="take the artifact as `Path`",
        )


def _taken_over(value: Any, name: str, where: str) -> Saved:
    """The author's own file or folder, as it lies; who stores it moves it if it may, and copies it if not."""
    path = Path(value.path if isinstance(value, Artifact) else value).absolute()
    if not path.exists():
        raise ConversionError(
            what=type_name(type(value)), action="stored", reason=f"there is nothing at {str(path)!r}", where=where
        )
    format = "folder" if path.is_dir() else path.suffix.lstrip(".").lower() or "binary"
    metadata: dict[str, Json] = {"kind": "file", "format": format}
    if isinstance(value, Artifact):
        metadata |= value.metadata
    return Saved(path, path.name or name, metadata)


class _Explained:
    """Says in each error for whom it was, and turns a library's errors into ours."""

    def __init__(self, annotation: Any, action: str, where: str) -> None:
        self.annotation, self.action, self.where = annotation, action, where

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if isinstance(error, ConversionError | UntrustedModel | WrongType):
            error.where = error.where or self.where
        if error is None or isinstance(error, PenstockError) or not isinstance(error, Exception):
            return
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno is not None):
            return  # the machine's fault, not the value's
        reason = f"{type(error).__name__}: {error}"
        raise ConversionError(
            what=type_name(self.annotation), action=self.action, reason=reason, where=self.where
        ) from error
