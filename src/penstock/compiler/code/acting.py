"""Definitions that do something when their module is loaded, besides giving a name to a thing.

`clean = registry.add(clean_rows)` puts a function on a list, and so does a class whose base has an `__init_subclass__`.
Who reads the list depends on them without ever naming them. So such definitions count wherever their
module is loaded, like statements with effects.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from penstock.compiler.code.modules import Module
from penstock.compiler.code.project import Project
from penstock.compiler.code.references import Chain, References, find_references

_REGISTERING = frozenset({"sqlalchemy", "sqlmodel", "django", "peewee", "pony", "mongoengine", "luigi"})
"""Libraries whose base classes keep a list of their subclasses, which the author's code then works with."""


class Acting:
    """Tells which definitions act."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._changes: dict[tuple[Module, str], bool] = {}
        self._hooks: dict[tuple[Module, str], bool] = {}
        self._names: dict[Module, list[str]] = {}  # not by name: those of a notebook all have the same

    def names(self, module: Module) -> list[str]:
        """The definitions of a module that act when it is loaded."""
        if module not in self._names:
            found = [name for name, group in module.definitions.items() if self._acts(module, name, group)]
            self._names[module] = found
        return self._names[module]

    def subclasses(self, module: Module) -> list[str]:
        """The classes of a module that have a base of the author's."""
        found = []
        for name, group in module.definitions.items():
            bases = [base for node in group if isinstance(node, ast.ClassDef) for base in node.bases]
            if any(self._resolve(module, chain) for chain in map(_chain, bases) if chain):
                found.append(name)
        return found

    def has_foreign_base(self, module: Module, name: str) -> bool:
        """Whether a class derives from one of an installed library's, which may take its docstring for data."""
        for base in _bases(module, name):
            chain = _chain(base)
            own = self._resolve(module, chain) if chain else None
            if own is not None:
                if own != (module, name) and self.has_foreign_base(*own):
                    return True
            elif chain and any(self._is_library(one.module) for one in module.imports.get(chain[0], ())):
                return True
        return False

    def _acts(self, module: Module, name: str, group: list[ast.stmt]) -> bool:
        if name == "_" or self._is_hooked(module, name):
            return True
        evaluated = [ast.Expr(value=one) for one in _evaluated(group)]
        if not any(isinstance(node, _DOING) for one in evaluated for node in _run_by(one)):
            return False
        references = find_references(evaluated, module.package)
        return self._changes_state(module, references) or any(
            self._reaches_change(module, chain) for chain in references.chains
        )

    # --- what changes something ---------------------------------------------------------------------------

    def _reaches_change(self, module: Module, chain: Chain) -> bool:
        found = self._resolve(module, chain)
        return found is not None and self._may_change(*found)

    def _may_change(self, module: Module, name: str) -> bool:
        """Whether a function, or a method of a class, changes what a global name holds; itself or by others."""
        key = (module, name)
        if key not in self._changes:
            self._changes[key] = False  # while it is looked at: recursion adds nothing
            if any(isinstance(node, _CODE) for node in module.definitions[name]):
                references = module.references(name)
                self._changes[key] = self._changes_state(module, references) or any(
                    self._reaches_change(module, chain) for chain in references.chains
                )
        return self._changes[key]

    def _changes_state(self, module: Module, references: References) -> bool:
        """Whether code changes a thing of the author's that lasts, or has it do what the author's class decides."""
        return any(self._is_state(module, chain) for chain in references.changed) or any(
            self._is_alive(module, chain) for chain in references.operated
        )

    def _is_state(self, module: Module, chain: Chain) -> bool:
        """Whether a name that is changed, or whose method is called, stands for a thing of the author's that lasts."""
        found = self._resolve(module, chain)
        if found is None:
            return chain[0] in module.conditional and chain[0] not in module.imports
        home, name = found
        group = home.definitions[name]
        if all(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in group):
            return False
        if all(isinstance(node, ast.ClassDef) for node in group) and chain[:-1] and chain[-2] == name:
            return self._may_change(home, name)  # a call of one of its methods
        return True

    def _is_alive(self, module: Module, chain: Chain) -> bool:
        """Whether to call, subscript or combine what a name stands for runs code that a class of the author's holds."""
        found = self._resolve(module, chain)
        if found is None:
            return False
        home, name = found
        for node in home.definitions[name]:
            if isinstance(node, ast.ClassDef) and any(
                _defines(node, hook) for hook in ("__class_getitem__", "__new__")
            ):
                return True
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                kind = self._resolve(home, made) if (made := _chain(node.value.func)) else None
                if kind is not None and any(isinstance(one, ast.ClassDef) for one in kind[0].definitions[kind[1]]):
                    return True
        return False

    # --- classes ------------------------------------------------------------------------------------------

    def _is_hooked(self, module: Module, name: str) -> bool:
        """Whether making a class of this name runs code of the author's: that of a base, or of a metaclass."""
        for node in module.definitions[name]:
            if isinstance(node, ast.ClassDef):
                if any(self._resolve(module, chain) for one in node.keywords if (chain := _chain(one.value))):
                    return True
                if any(self._hooks_subclasses(module, base) for base in node.bases):
                    return True
        return False

    def _hooks_subclasses(self, module: Module, base: ast.expr) -> bool:
        chain = _chain(base)
        found = self._resolve(module, chain) if chain else None
        if found is None:
            return bool(chain) and any(
                one.module.partition(".")[0] in _REGISTERING for one in module.imports.get(chain[0], ())
            )
        home, name = found
        key = (home, name)
        if key not in self._hooks:
            self._hooks[key] = False
            own = any(_defines(node, "__init_subclass__") for node in home.definitions[name])
            self._hooks[key] = own or self._is_hooked(home, name) or self._is_declarative(home, name)
        return self._hooks[key]

    def _is_declarative(self, module: Module, name: str) -> bool:
        """Whether a base class was made by a call into a library that keeps lists: `Base = declarative_base()`."""
        calls = (node.value for node in module.definitions[name] if isinstance(node, ast.Assign))
        heads = (_chain(one.func)[:1] for one in calls if isinstance(one, ast.Call))
        imports = (one for head in heads if head for one in module.imports.get(head[0], ()))
        return any(one.module.partition(".")[0] in _REGISTERING for one in imports)

    def _is_library(self, name: str) -> bool:
        import sys

        top = name.partition(".")[0]
        return top not in sys.stdlib_module_names and top != "penstock" and self._project.find(name) is None

    def _resolve(self, module: Module, chain: Chain) -> tuple[Module, str] | None:
        """The author's definition that a name leads to."""
        for _ in range(20):  # re-exports may go in circles
            if chain and chain[0] in module.definitions:
                return module, chain[0]
            steps = [*module.imports.get(chain[0], ())] if chain else []
            inner = next((one for one in steps if self._project.find(one.module) is not None), None)
            if inner is None:
                return self._starred(module, chain)
            rest = chain[1:] if inner.name is None else (inner.name, *chain[1:])
            found = self._project.find(inner.module)
            while found is not None and rest and (rest[0] not in found.binds or found.imports_itself(rest[0])):
                deeper = self._project.find(f"{found.name}.{rest[0]}")
                if deeper is None:
                    break
                found, rest = deeper, rest[1:]
            if found is None or not rest:
                return None
            module, chain = found, rest
        return None

    def _starred(self, module: Module, chain: Chain) -> tuple[Module, str] | None:
        for star in module.stars:
            found = self._project.find(star)
            if found is not None and chain and chain[0] in found.definitions:
                return found, chain[0]
        return None


_DOING = (ast.Call, ast.NamedExpr, ast.BinOp, ast.UnaryOp, ast.Subscript, ast.Compare)
_CODE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


def _evaluated(statements: Iterable[ast.stmt]) -> Iterator[ast.expr]:
    """The expressions that are evaluated when definitions are loaded: not the bodies of functions."""
    for node in statements:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            if node.value is not None:
                yield node.value
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from node.args.defaults
            yield from (one for one in node.args.kw_defaults if one is not None)
        elif isinstance(node, ast.ClassDef):
            yield from node.bases
            yield from (one.value for one in node.keywords)
            for inner in node.body:
                yield from _decorators(inner)
                yield from _evaluated([inner])
        elif isinstance(node, ast.Expr):
            yield node.value


def _decorators(node: ast.stmt) -> Iterator[ast.expr]:
    """What the decorators of a method call, as calls."""
    for one in getattr(node, "decorator_list", ()):
        yield one if isinstance(one, ast.Call) else ast.Call(func=one, args=[], keywords=[])


def _run_by(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of an expression that run with it: not what stands in a lambda."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if not isinstance(one, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(one))


def _bases(module: Module, name: str) -> list[ast.expr]:
    return [base for node in module.definitions[name] if isinstance(node, ast.ClassDef) for base in node.bases]


def _defines(node: ast.stmt, method: str) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        isinstance(one, ast.FunctionDef) and one.name == method for one in node.body
    )


def _chain(node: ast.expr) -> Chain:
    """`("a", "b")` for `a.b`, `a.b[c]`; nothing for other expressions."""
    names: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        node = node.value
    return (node.id, *reversed(names)) if isinstance(node, ast.Name) else ()
