"""Lightweight Python components of Kubeflow's SDK, whichever version since 2.0 compiled them.

```
command: [sh, -c, <pip install …>, sh, -ec, <write "$0" to a file, run kfp.dsl.executor_main on it>, <Python source>]
args:    [--executor_input, {{$}}, --function_to_execute, <function>]
```

The shell is left out: what it would install is had in an environment that is kept, and the source runs in a forked
child of a worker in which the SDK is imported already.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from penstock.artifacts.local import Durability
from penstock.engine.executor import WorkOrder
from penstock.environments.packages import Packages, distribution
from penstock.executors.process.forms.form import Call, Needs
from penstock.executors.process.forms.preamble import SDK, read_preamble
from penstock.ir.spec import ContainerSpec

_RUN = "penstock.executors.process.kfp_work:run"
_PRELOAD = "penstock.launcher.foreign.sdk"
"""What a zygote imports before it forks children that run such components."""
_RUNNER = re.compile(
    r"\s*program_path=\$\(mktemp -d\)\s+"
    r'printf "%s" "\$0" > "\$program_path/ephemeral_component\.py"\s+'
    r"(?:_KFP_RUNTIME=true )?python3 -m (kfp\.(?:dsl|components)\.executor_main)\s+"
    r'--component_module_path\s+"\$program_path/ephemeral_component\.py"\s+"\$@"\s*'
)
_RUNNERS = ("kfp.dsl.executor_main", "kfp.components.executor_main")
_REMEMBERED = 512


class Lightweight(Struct, frozen=True, kw_only=True):
    """What such a container says."""

    function: str
    source: str
    """Python, perhaps with placeholders in it."""
    packages: Packages
    arguments: tuple[str, ...]
    """Those of the executor, with placeholders in them."""
    imports: tuple[str, ...]
    """Modules of others that the source imports."""


class KfpComponent:
    """A component that `@dsl.component` or `@dsl.notebook_component` made."""

    def __init__(self, artifacts: str, cache: Path, durability: Durability = "full") -> None:
        self._artifacts = artifacts
        self._cache = str(cache)
        self._durability: Durability = durability
        self._read: dict[int, tuple[ContainerSpec, Lightweight | None]] = {}

    def matches(self, container: ContainerSpec) -> bool:
        return self._known(container) is not None

    def needs(self, container: ContainerSpec) -> Needs:
        component = self._component(container)
        return Needs(packages=component.packages, imports=(_PRELOAD, *component.imports))

    def call(self, order: WorkOrder) -> Call:
        from penstock.executors.process.kfp_work import (
            KfpWork,
        )  # a rerun from cache comes as far as here, and no further

        component = self._component(order.container)
        folder = order.folder / "code"
        work = KfpWork(
            function=component.function,
            source=component.source,
            arguments=component.arguments,
            executor_input=order.executor_input,
            values=order.values,
            outputs=order.component.output_definitions,
            component=order.label,
            folder=str(order.folder),
            code_folder=str(folder),
            artifacts=self._artifacts,
            artifact_cache=self._cache,
            durability=self._durability,
            fetcher=sys.executable,
        )
        return Call(function=_RUN, payload=msgspec.json.encode(work), code_folder=str(folder))

    def _component(self, container: ContainerSpec) -> Lightweight:
        component = self._known(container)
        assert component is not None, container.image  # it matched
        return component

    def _known(self, container: ContainerSpec) -> Lightweight | None:
        """What the container says; looked through once for each."""
        known = self._read.get(id(container))
        if known is not None and known[0] is container:
            return known[1]
        component = read_lightweight(container)
        if len(self._read) >= _REMEMBERED:
            self._read.clear()
        self._read[id(container)] = (container, component)
        return component


def read_lightweight(container: ContainerSpec) -> Lightweight | None:
    """What a lightweight component's container says; None if it is anything else."""
    command, args = container.command, container.args
    if len(command) < 4 or not any(runner in command[-2] for runner in _RUNNERS):
        return None
    *before, shell, flags, script, source = command
    function = function_of(container)
    if (shell, flags) != ("sh", "-ec") or _RUNNER.fullmatch(script) is None or not function:
        return None
    if _option(args, "--executor_input") != "{{$}}":
        return None
    packages = _packages(before)
    if packages is None:
        return None
    return Lightweight(
        function=function,
        source=source,
        packages=packages,
        arguments=tuple(args),
        imports=tuple(dict.fromkeys(_imported(source))),
    )


def is_containerized(container: ContainerSpec) -> bool:
    """Whether this is a component of the SDK whose code is in its image (`target_image=`), and nowhere else."""
    return any(container.command == ["python3", "-m", runner] for runner in _RUNNERS)


def function_of(container: ContainerSpec) -> str:
    """The function that the SDK's executor is told to run; empty if it is told none."""
    return _option(container.args, "--function_to_execute")


def lifted(packages: Packages, version: str) -> Packages:
    """The packages with another version of the SDK. Where a component has the SDK whole, it stays whole."""
    if not version:
        return packages
    kept = tuple(one for one in packages.requirements if distribution(one) != SDK)
    if len(kept) == len(packages.requirements):
        others = tuple(one for one in packages.alone if distribution(one) not in (SDK, ""))
        return replace(packages, alone=(f"{SDK}=={version}", *others))
    extras = {extra for one in packages.requirements if (extra := re.match(r"kfp\s*(\[[^\]]*\])", one))}
    return replace(packages, requirements=(*kept, f"{SDK}{next(iter(extras))[1] if extras else ''}=={version}"))


def _packages(before: list[str]) -> Packages | None:
    """What the command installs first. Where it does not install the SDK, an image was to have it: then any version."""
    if not before:
        return Packages(alone=(SDK,))
    if len(before) != 3 or before[:2] != ["sh", "-c"]:
        return None
    packages = read_preamble(before[2])
    if packages is None:
        return None
    has_sdk = bool(packages.alone) or any(distribution(one).startswith(SDK) for one in packages.requirements)
    return packages if has_sdk else replace(packages, alone=(SDK,))


def _option(args: list[str], name: str) -> str:
    for index, arg in enumerate(args[:-1]):
        if arg == name:
            return args[index + 1]
    return ""


def _imported(source: str) -> Iterator[str]:
    """The modules that the source imports, wherever in it: a worker that has them already starts tasks sooner."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            top = name.partition(".")[0]
            if top != SDK and top not in sys.stdlib_module_names:
                yield name
