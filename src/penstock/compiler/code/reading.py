"""What the IR says of a component's code: its manifest, and the package that travels."""

import importlib.util
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from penstock.compiler.code.acting import Acting
from penstock.compiler.code.closure import Closure, close_over
from penstock.compiler.code.data_files import files_named
from penstock.compiler.code.distributions import environment_of
from penstock.compiler.code.homes import Home, Homeless, find_home, is_script
from penstock.compiler.code.modules import Module
from penstock.compiler.code.notebook import NoSource, Stuck, module_from_cells
from penstock.compiler.code.package import pack
from penstock.compiler.code.project import Project
from penstock.dsl.diagnostics import Code, Diagnostic
from penstock.dsl.graph import Definition
from penstock.dsl.options import Cache, Options
from penstock.dsl.places import Place, place_of
from penstock.ir.manifest import ComponentManifest


@dataclass(frozen=True, kw_only=True)
class ComponentCode:
    """One component's code."""

    home: Home
    module: str
    closure: Closure
    package: str
    package_modules: list[Module]

    def manifest(self, options: Options) -> ComponentManifest:
        """What the container says of the component."""
        caching = options.caching or Cache()
        return ComponentManifest(
            module=self.module,
            function=self.home.name,
            code=dict(sorted(self.closure.parts.items())),
            environment=environment_of(self.closure.externals),
            requirements=list(options.requirements),
            version=caching.version or "",
            fresh_for=caching.fresh_seconds,
            files=files_named(self.closure.texts, Path.cwd()),
            variables=sorted(self.closure.variables),
            imports=sorted(_third_party(self.closure.warm)),
        )


@dataclass(kw_only=True)
class CodeReader:
    """Reads the code of each component once."""

    project: Project
    problems: dict[Diagnostic, None] = field(default_factory=dict)
    _known: dict[int, ComponentCode | None] = field(default_factory=dict)
    _packages: dict[tuple[str, ...], str] = field(default_factory=dict)

    @cached_property
    def _acting(self) -> Acting:
        return Acting(self.project)

    def of(self, definition: Definition) -> ComponentCode | None:
        """The code of a component; None if it cannot travel, which is recorded."""
        key = id(definition.origin)
        if key not in self._known:
            try:
                self._known[key] = self._read(definition)
            except Homeless as error:
                self.problems[error.diagnostic] = None
                self._known[key] = None
        return self._known[key]

    def check_installed(self, definition: Definition, options: Options) -> None:
        """Record modules that a component imports and that nobody has installed."""
        code = self.of(definition)
        if code is None or options.requirements or options.image:
            return
        for name in sorted({one.partition(".")[0] for one in code.closure.warm - code.closure.guarded}):
            if not _is_installed(name):
                message = f"component '{definition.name}' imports `{name}`, which is not installed"
                hint = f"install it, or say `@component(requirements=[...])` for an environment with `{name}`"
                self._problem(Code.NOT_INSTALLED, message, hint, definition)

    def _read(self, definition: Definition) -> ComponentCode | None:
        home = find_home(definition, self.project)
        try:
            module = self._module(home)
            if module is None:
                return self._foreign(home)
            closure = close_over(self.project, module, home.name, self._acting)
            modules = self._travelling(closure, module)
        except NoSource:
            message = f"the source of component '{definition.name}' is not known, so it cannot travel"
            self._problem(Code.NO_SOURCE, message, "write it in a file or in a notebook's cell", definition)
        except Stuck as error:
            message = f"component '{definition.name}' uses `{error.name}`, which cannot travel: {error.reason}"
            hint = f"pass `{error.name}` as an argument, or make it inside the component"
            self._problem(Code.CANNOT_TRAVEL, message, hint, definition)
        except SyntaxError as error:
            place = Place(str(error.filename), error.lineno or 0)
            message = f"a module that component '{definition.name}' uses is not valid Python: {error.msg}"
            problem = Diagnostic(code=Code.NO_SOURCE, message=message, hint="correct the line", place=place)
            self.problems[problem] = None
        else:
            return ComponentCode(
                home=home,
                module=module.name,
                closure=closure,
                package=self._pack(modules),
                package_modules=modules,
            )
        return None

    def _module(self, home: Home) -> Module | None:
        """The module of a component; None if it is somebody else's."""
        namespace: Mapping[str, Any] = home.namespace
        file = namespace.get("__file__")
        if namespace.get("__name__") == "__main__" and not is_script(namespace):
            return module_from_cells(namespace, home.name)
        found = self.project.find(home.module)
        if found is not None and found.path is not None and (file is None or found.path.samefile(str(file))):
            return found
        if isinstance(file, str) and Path(file).suffix == ".py" and self.project.is_authors(file):
            from penstock.compiler.code.modules import parse_module

            return parse_module(home.module, Path(file), is_package=Path(file).name == "__init__.py")
        return None

    def _foreign(self, home: Home) -> ComponentCode:
        """A component from an installed package: its version is all there is to know.

        One of Penstock's own also depends on the libraries that its module imports; a warm worker has those loaded.
        """
        closure = Closure(externals={home.module}, warm={home.module})
        if home.module.partition(".")[0] == "penstock":
            from penstock.compiler.code.modules import parse_module
            from penstock.compiler.version import penstock_version

            closure.parts[home.module] = penstock_version()
            module = parse_module(home.module, Path(str(home.namespace["__file__"])), is_package=False)
            closure.externals |= set(module.all_imports)
            closure.warm |= set(module.loads)
        return ComponentCode(home=home, module=home.module, closure=closure, package="", package_modules=[])

    def _travelling(self, closure: Closure, module: Module) -> list[Module]:
        """The modules of the author's that the component's module imports anywhere, and those that these do."""
        found = {module.name: module, **closure.loaded}
        waiting = list(found.values())
        while waiting:
            one = waiting.pop()
            parents = [one.name.rpartition(".")[0]]
            for name in (*parents, *one.all_imports):
                inner = self.project.find(name) if name else None
                if inner is not None and inner.name not in found:
                    found[inner.name] = inner
                    waiting.append(inner)
        return list(found.values())

    def _pack(self, modules: list[Module]) -> str:
        key = tuple(sorted(f"{one.name}:{id(one)}" for one in modules))
        if key not in self._packages:
            self._packages[key] = pack(modules)
        return self._packages[key]

    def _problem(self, code: Code, message: str, hint: str, definition: Definition) -> None:
        place = place_of(inspect.unwrap(definition.function).__code__)
        self.problems[Diagnostic(code=code, message=message, hint=hint, place=place)] = None


def _third_party(names: set[str]) -> set[str]:
    """Those names that are installed modules, as far as they are known to be modules and not names in modules."""
    found = set()
    for name in names:
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top in ("penstock", "__future__", ""):
            continue
        if name == top or name in sys.modules or _is_module(name):
            found.add(name)
    return found


@lru_cache(maxsize=4096)
def _is_module(name: str) -> bool:
    """Whether a dotted name is a module, asked without importing anything."""
    parent = sys.modules.get(name.rpartition(".")[0])
    path = getattr(parent, "__path__", None)
    if path is None:
        return False
    try:
        return importlib.machinery.PathFinder.find_spec(name, path) is not None
    except (ImportError, ValueError):
        return False


def _is_installed(top: str) -> bool:
    if top in sys.modules or top in sys.stdlib_module_names:
        return True
    try:
        return importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        return False
