"""What a Penstock component says of itself inside its container's arguments.

A component written for Penstock is, in the IR, an ordinary container:

```
command: [sh, -ec, <install what is missing, then exec "$0" "$@">, python3, -m, penstock.launcher]
args:    [--manifest, <this, as JSON>, --package, <zip of the code, base64>, --executor-input, {{$}}]
```

Kubeflow runs it as it stands. Our executors recognise the form and skip the shell and the installing.
The engine reads the manifest to compute the cache key and to explain it, part by part.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct, field

from penstock.ir.spec import ContainerSpec, EnvVar

LAUNCHER_MODULE = "penstock.launcher"

CACHE_VERSION = "PENSTOCK_CACHE_VERSION"
"""The environment variable by which a container that has no manifest says `version`; in any compiled pipeline."""
CACHE_FRESH_FOR = "PENSTOCK_CACHE_FRESH_FOR"
"""Likewise `fresh_for`, in seconds."""


class ComponentManifest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The facts about one component's code that the engine and the executors need without loading it."""

    module: str
    """Name to import it by, with the package's folder first on the path, e.g. `pipeline`."""
    function: str
    """Its name in that module."""
    code: dict[str, str] = field(default_factory=dict)
    """What it is made of: `features.py:clean` → digest of that definition. Part of the cache key."""
    environment: dict[str, str] = field(default_factory=dict)
    """What it runs on: `python` → `3.11`, `polars` → `2.1.0`, … Part of the cache key."""
    requirements: list[str] = field(default_factory=list)
    """Its own requirements (PEP 508); it then runs in an environment of its own. Part of the cache key."""
    version: str = ""
    """The author's name for the state of what it reads from outside. Part of the cache key."""
    fresh_for: float | None = None
    """Seconds; only results that are younger may be taken from the cache."""
    files: list[str] = field(default_factory=list)
    """Paths in its code of files that were there when it was compiled. Their content is part of the cache key."""
    variables: list[str] = field(default_factory=list)
    """Environment variables that its code reads. Their values are part of the cache key, by digest."""
    imports: list[str] = field(default_factory=list)
    """Third-party modules that its code imports: what a warm worker has loaded beforehand."""


_decoder = msgspec.json.Decoder(ComponentManifest)  # at import: see `codec`


def manifest_arguments(manifest: ComponentManifest, package: str) -> list[str]:
    """The container arguments for `manifest` and its code `package` (a zip in base64)."""
    text = msgspec.json.encode(manifest, order="sorted").decode()
    return ["--manifest", text, "--package", package, "--executor-input", "{{$}}"]


def read_manifest(container: ContainerSpec) -> ComponentManifest | None:
    """The manifest inside `container`, or None if it is not a Penstock component."""
    text = _option(container, "--manifest")
    return None if text is None else _decoder.decode(text)


def caching_variables(version: str | None, fresh_for: float | None) -> list[EnvVar]:
    """What tells of a container without a manifest which earlier results may be taken."""
    found = [] if version is None else [EnvVar(name=CACHE_VERSION, value=version)]
    return found if fresh_for is None else [*found, EnvVar(name=CACHE_FRESH_FOR, value=f"{fresh_for:g}")]


def fresh_for_of(container: ContainerSpec) -> float | None:
    """Seconds, as a container without a manifest says them. What is no number of seconds takes no result at all."""
    given = next((variable.value for variable in container.env if variable.name == CACHE_FRESH_FOR), None)
    try:
        return None if given is None else max(0.0, float(given))
    except ValueError:
        return 0.0


def read_package(container: ContainerSpec) -> str | None:
    """The code package inside `container` (a zip in base64), or None if it is not a Penstock component."""
    return _option(container, "--package")


def _option(container: ContainerSpec, name: str) -> str | None:
    if LAUNCHER_MODULE not in container.command:
        return None
    args: Sequence[str] = container.args
    for index, arg in enumerate(args[:-1]):
        if arg == name:
            return args[index + 1]
    return None
