"""Which names a piece of code takes from its module: held against what Python's own compiler says."""

import argparse
import ast
import asyncio.tasks
import collections
import contextlib
import dataclasses
import difflib
import enum
import fractions
import functools
import inspect
import json.decoder
import logging
import pathlib
import re
import statistics
import subprocess
import symtable
import textwrap
import traceback
import typing
from types import ModuleType

import pytest

from penstock.compiler.code.clues import find_clues
from penstock.compiler.code.imports import Import, absolute_name
from penstock.compiler.code.references import find_references

MODULES = [
    argparse,
    asyncio.tasks,
    collections,
    contextlib,
    dataclasses,
    difflib,
    enum,
    fractions,
    functools,
    inspect,
    json.decoder,
    logging,
    pathlib,
    re,
    statistics,
    subprocess,
    textwrap,
    traceback,
    typing,
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_global_names_are_those_that_the_symbol_table_has(module: ModuleType) -> None:
    source = inspect.getsource(module)
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            text = ast.unparse(node)
            expected = _globals_of(symtable.symtable(text, module.__name__, "exec")) - {node.name, "__class__"}
            found = {chain[0] for chain in find_references(ast.parse(text).body, "").chains} - {node.name}
            assert expected - found == set(), f"{node.name} uses names that were not found"
            assert found - expected <= _quoted(node), f"{node.name} does not use these"


def _globals_of(table: symtable.SymbolTable) -> set[str]:
    """The names that a table and those within refer to at the top level."""
    top = table.get_type() == "module"
    found = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if (symbol.is_referenced() if top else symbol.is_global() and (symbol.is_referenced() or symbol.is_assigned()))
    }
    for child in table.get_children():
        found |= _globals_of(child)
    return {name for name in found if not name.startswith(("_", ".")) or not _is_mangled(name)}


def _is_mangled(name: str) -> bool:
    return re.match(r"_[A-Za-z]\w*__\w", name) is not None or name.startswith(".")


def _quoted(node: ast.AST) -> set[str]:
    """Names in text and names that a class would mangle: only we read the first, only Python writes the second."""
    words = {
        word
        for inner in ast.walk(node)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
        for word in re.findall(r"\w+", inner.value)
    }
    return words | {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and inner.id.startswith("__")}


def body(text: str) -> list[ast.stmt]:
    return ast.parse(textwrap.dedent(text)).body


def references(text: str, package: str = "shop.flows") -> set[tuple[str, ...]]:
    return find_references(body(text), package).chains


def test_attributes_are_followed_as_far_as_they_are_names() -> None:
    assert references("a.b.c(d.e).f, g[h.i].j") == {("a", "b", "c"), ("d", "e"), ("g",), ("h", "i")}


def test_a_class_body_is_no_scope_for_its_methods() -> None:
    assert references(
        """
        class A:
            limit = 3
            table = [limit for one in rows]
            def run(self):
                return limit
        """
    ) == {("limit",), ("rows",)}


def test_text_in_annotations_is_code_and_other_text_is_not() -> None:
    assert references("def f(a: 'x.Y', b: Literal['not code!']) -> 'list[Z]':\n    return 'w'") == {
        ("x", "Y"),
        ("Literal",),
        ("list",),
        ("Z",),
    }


def test_imports_inside_are_kept_with_what_is_taken_of_them() -> None:
    found = find_references(
        body("def f():\n    from ..steps import clean as tidy\n    import a.b\n    return tidy.x, a.b.c"),
        "shop.flows",
    )
    assert found.imported == {
        (Import("shop.steps", "clean"), ("x",)),
        (Import("a", None, "a.b"), ("b", "c")),
    }
    assert [one.modules() for one in found.imports] == [["shop.steps", "shop.steps.clean"], ["a.b"]]


def test_an_import_that_may_fail_is_known_as_such() -> None:
    found = find_references(
        body("try:\n    import fast\nexcept ImportError:\n    import slow\ntry:\n    import sure\nfinally:\n    pass"),
        "",
    )
    assert found.guarded == {"fast"}


def test_an_import_by_name_counts() -> None:
    found = find_clues(body("import importlib\nimportlib.import_module('shop.steps')"), "")
    assert Import("shop.steps") in found.imports


@pytest.mark.parametrize(
    ("module", "level", "package", "expected"),
    [
        ("a.b", 0, "shop", "a.b"),
        ("steps", 1, "shop.flows", "shop.flows.steps"),
        ("steps", 2, "shop.flows", "shop.steps"),
        ("", 1, "shop.flows", "shop.flows"),
        ("", 2, "shop.flows", "shop"),
        ("steps", 1, "", "steps"),
    ],
)
def test_relative_names_are_made_absolute(module: str, level: int, package: str, expected: str) -> None:
    assert absolute_name(module, level, package) == expected
