"""The compiled pipelines below a folder, each with what is expected of it."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from penstock.core.json import Json
from penstock.platform.conformance.errors import CorpusEmpty, ExpectationUnused
from penstock.platform.conformance.expectations import Expectation, Expectations, read_arguments_beside

_SUFFIXES = (".yaml", ".yml", ".json")
_NO_PIPELINES = (".args.json", ".expect.yaml", ".expect.yml", ".expect.json")
"""Ends of the names of our own files beside pipelines."""


class Case(Struct, frozen=True, kw_only=True):
    """One file, and what is expected of it."""

    name: str
    """Its path below the folder, with `/`."""
    path: Path
    arguments: dict[str, Json]
    expected: Expectation | None
    """None where nobody says: then it should succeed, if it is a pipeline."""


def find_cases(folder: Path, expectations: Expectations | None = None) -> list[Case]:
    """Every `.yaml`, `.yml` and `.json` below `folder`, in the order of their names; of a single file, that one.

    Raises:
        CorpusEmpty: There is none, or no such folder.
        ExpectationUnused: Something is expected of a pipeline that is not there.
        ExpectationsUnreadable: An arguments file beside a pipeline cannot be read.
    """
    files = [folder] if folder.is_file() else sorted(_files(folder))
    if not files:
        reason = "no such files" if folder.is_dir() else "there is no such folder"
        raise CorpusEmpty(folder=str(folder), reason=reason)
    names = {path: (path.name if folder.is_file() else path.relative_to(folder).as_posix()) for path in files}
    if expectations is not None and folder.is_dir():
        _check_used(expectations, list(names.values()))
    return [_case(path, name, expectations) for path, name in names.items()]


def _case(path: Path, name: str, expectations: Expectations | None) -> Case:
    expected = expectations.of(name) if expectations is not None else None
    arguments = read_arguments_beside(path) | (expected.arguments if expected is not None else {})
    return Case(name=name, path=path.absolute(), arguments=arguments, expected=expected)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if name.lower().endswith(_SUFFIXES) and not name.startswith(".") and not name.endswith(_NO_PIPELINES):
                yield Path(place, name)


def _check_used(expectations: Expectations, names: list[str]) -> None:
    known = {*names, *(name.rpartition("/")[2] for name in names)}
    unused = [name for name in expectations.pipelines if name not in known]
    if unused:
        close = next(iter(get_close_matches(unused[0], sorted(known), 1)), "")
        raise ExpectationUnused(path=expectations.source, names=unused, close=close)
