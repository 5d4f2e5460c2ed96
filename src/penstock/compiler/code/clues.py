"""What a piece of code may use that its names do not show: modules named by text, docstrings, files, variables.

Names are followed exactly (see `references`); these are clues, taken generously: what is wrongly suspected costs a
task that runs once more than it had to, what is overlooked a result that is wrong.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from penstock.compiler.code.imports import Import, absolute_name
from penstock.compiler.code.references import Chain

_IMPORTERS = frozenset({"importlib.import_module", "import_module", "__import__"})
_DOCS = frozenset({"__doc__", "getdoc", "docopt", "use_attribute_docstrings"})
_SOURCES = frozenset({"getsource", "getsourcelines", "findsource", "getcomments"})
_NAMESPACES = frozenset({"__globals__", "f_globals", "__builtins__"})
_WRITING = re.compile(
    r"write|save|dump|sink|mkdir|touch|unlink|remove|rename|replace|to_[a-z]|basicConfig|\w*FileHandler|FileLock"
)
_LONGEST = 200
_NO_MATTER = re.compile(
    r"HOME|USER|LOGNAME|PATH|PWD|TMP|TEMP|TMPDIR|HOSTNAME|SHELL|TERM|DISPLAY|COLUMNS|NO_COLOR|CI|CUDA_VISIBLE_DEVICES"
    r"|\w+_(NUM|MAX)_THREADS|PENSTOCK_\w+|XDG_\w+"
)
"""Variables that say where something runs, and not what comes out."""
_SECRET = re.compile(r"(?i)secret|token|passw|credential|api_?key|access_?key|private")


@dataclass(slots=True)
class Clues:
    """What was found in some statements."""

    imports: list[Import] = field(default_factory=list)
    """Modules that are imported by a text: `import_module("plugins.a")`."""
    packages: set[Chain] = field(default_factory=set)
    """Packages, by what their name begins with or is taken from, of which a module that nobody can tell is imported."""
    any_module: bool = False
    """A module is imported, or taken from `sys.modules`, that may be any."""
    reads_docs: bool = False
    reads_source: bool = False
    takes_subclasses: bool = False
    """`__subclasses__`: every class with a base may be meant."""
    own_names: bool = False
    """Any name of the module itself: `vars()`, `locals()` at its top level."""
    texts: set[str] = field(default_factory=set)
    """Short texts, which may name a file or a definition; not of what is written to."""
    variables: set[str] = field(default_factory=set)
    """Environment variables that are read by name. Secrets are left out: not even a digest of one is kept."""


def find_clues(statements: Iterable[ast.stmt], package: str) -> Clues:
    """The clues in some statements of a module in `package`."""
    visitor = _Visitor(package)
    for statement in statements:
        visitor.visit(statement)
    return visitor.found


class _Visitor(ast.NodeVisitor):
    def __init__(self, package: str) -> None:
        self.package = package
        self.found = Clues()
        self._functions = 0
        self._writing = 0

    def visit_Call(self, node: ast.Call) -> None:
        called = dotted(node.func)
        last = called.rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
        first = node.args[0] if node.args else None
        if called in _IMPORTERS:
            self._import(node, first)
        elif (called == "vars" and first is None) or (called == "locals" and not self._functions):
            self.found.own_names = True
        elif last in ("getenv", "get", "setdefault", "pop") and (last == "getenv" or _is_environ(_owner(node.func))):
            self._variable(first)
        elif last in ("iter_modules", "walk_packages") and not self._package(node.args):
            self.found.any_module = True
        writing = bool(_WRITING.match(last)) or (last == "open" and _opens_to_write(node))
        self._writing += writing
        self.generic_visit(node)
        self._writing -= writing

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if _is_environ(node.value):
            self._variable(node.slice)
        elif dotted(node.value) in ("sys.modules", "modules") and dotted(node.slice) != "__name__":
            self.found.any_module = True
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if any(map(_is_environ, node.comparators)):
            self._variable(node.left)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._word(node.attr)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id != "__doc__":  # that of the module, which is a name like others
            self._word(node.id)

    def visit_keyword(self, node: ast.keyword) -> None:
        self._word(node.arg or "")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and 0 < len(node.value) <= _LONGEST:
            self._word(node.value)
            if not self._writing and not node.value.isspace() and "\n" not in node.value:
                self.found.texts.add(node.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Div):
            parts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
            texts = [one for one in parts if isinstance(one, str)]
            if len(texts) > 1 and not self._writing:
                self.found.texts.add("/".join(_in_order(node)))
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._functions += 1
        self.generic_visit(node)
        self._functions -= 1

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef  # type: ignore[assignment]  # noqa: N815

    def _word(self, word: str) -> None:
        self.found.reads_docs |= word in _DOCS
        self.found.reads_source |= word in _SOURCES
        self.found.takes_subclasses |= word == "__subclasses__"
        self.found.any_module |= word in _NAMESPACES

    def _variable(self, node: ast.expr | None) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
            if name and not _NO_MATTER.fullmatch(name) and not _SECRET.search(name):
                self.found.variables.add(name)

    def _import(self, node: ast.Call, first: ast.expr | None) -> None:
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            text = first.value
            level = len(text) - len(text.lstrip("."))
            name = absolute_name(text[level:], level, self._base(node)) if level else text
            self.found.imports.append(Import(name))
        elif first is not None and not self._package([first]):
            self.found.any_module = True

    def _base(self, node: ast.Call) -> str:
        """The package that a relative name is relative to."""
        given = [*node.args[1:2], *(one.value for one in node.keywords if one.arg == "package")]
        if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
            return given[0].value
        return self.package

    def _package(self, nodes: Iterable[ast.expr]) -> bool:
        """Note the packages that a composed module name, or a search path, begins with; False if none is known."""
        known = False
        for node in nodes:
            start: ast.AST = node
            while isinstance(start, ast.BinOp | ast.JoinedStr | ast.FormattedValue):
                if isinstance(start, ast.JoinedStr):
                    start = start.values[0] if start.values else ast.Constant(value="")
                else:
                    start = start.left if isinstance(start, ast.BinOp) else start.value
            if isinstance(start, ast.Constant) and isinstance(start.value, str) and "." in start.value:
                name = start.value.rpartition(".")[0]
                self.found.packages.add(tuple((name or self.package).split(".")))
                known = True
            elif dotted(start) in ("__name__", "__package__", "__path__"):
                self.found.packages.add(tuple(self.package.split(".")))
                known = True
            elif dotted(start).endswith((".__name__", ".__package__", ".__path__")):
                self.found.packages.add(("<name>", *dotted(start).split(".")[:-1]))
                known = True
        return known


def dotted(node: ast.AST) -> str:
    """`os.environ` for the expression that says so; empty for anything but names and attributes."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _in_order(node: ast.expr) -> list[str]:
    """The texts of a path that is put together with `/`, from left to right."""
    if isinstance(node, ast.BinOp):
        return [*_in_order(node.left), *_in_order(node.right)]
    if isinstance(node, ast.Call) and node.args:
        return _in_order(node.args[0])
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _owner(node: ast.expr) -> ast.expr | None:
    return node.value if isinstance(node, ast.Attribute) else None


def _is_environ(node: ast.expr | None) -> bool:
    return node is not None and dotted(node) in ("os.environ", "environ", "os.environb", "os.getenv")


def _opens_to_write(node: ast.Call) -> bool:
    modes = [*node.args[:2], *(one.value for one in node.keywords if one.arg == "mode")]
    return any(
        isinstance(one, ast.Constant) and isinstance(one.value, str) and re.fullmatch(r"[wax][bt+]*", one.value)
        for one in modes
    )
