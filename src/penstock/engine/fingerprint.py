"""The cache key of a task: everything that its result may depend on, part by part, and nothing else.

Not in it: times, paths, the names of the run, the pipeline and the task. So the same work is recognised
wherever it stands.
"""

import hashlib
import posixpath
import sys
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from penstock.core.ids import ArtifactId, Fingerprint
from penstock.core.json import Json
from penstock.ir.manifest import CACHE_FRESH_FOR, CACHE_VERSION, ComponentManifest, fresh_for_of, read_manifest
from penstock.ir.spec import ComponentSpec, ContainerSpec
from penstock.metadata.records import Artifact, Bindings, CacheKey

KEY_VERSION = "2"
"""Changes when the same key may lead to another result: a new rule for keys, a new way of storing values."""

_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""What runs a component of Kubeflow's SDK, unless its environment says otherwise."""

_SHOWN = 60
"""Values up to this length stand in the key as they are, so that `explain` can show them."""


class Work(Struct, frozen=True, kw_only=True):
    """What a component does, whatever it is given: the same for all of its tasks."""

    name: str
    """What the author's own keys are kept apart by."""
    output: str
    """Digest of the outputs that it declares."""
    parts: dict[str, str]
    """Those of its key that depend on no inputs."""
    files: tuple[str, ...] = ()
    """Files that its code names."""
    variables: tuple[str, ...] = ()
    """Environment variables that its code reads."""
    fresh_for: float | None = None
    """Seconds; older results are not taken."""
    command: bool = False
    """It is a command line and an image, which counts only where the command does run in it."""


def work_of(component: ComponentSpec, container: ContainerSpec, environment: Mapping[str, str] | None = None) -> Work:
    """What is known of a component's work before there are inputs.

    Args:
        component: Its interface; the declared outputs are part of the key.
        container: What it runs. Of a component in Python, Penstock's or Kubeflow's, its code counts; of any other,
            image and command line.
        environment: The packages that it runs with and their versions, if it has an environment of its own: what its
            requirements were resolved to stands for them.
    """
    output = _digest(_interface(component))
    parts = {_variable_part(var.name): _shown(var.value) for var in container.env if var.name != CACHE_FRESH_FOR}
    parts |= {f"environment:{name}": version for name, version in (environment or {}).items()}
    manifest = read_manifest(container)
    if manifest is None:
        from penstock.engine.sources import read_source

        source = read_source(container)
        parts |= {"image": container.image}
        if source:
            parts = {"environment:python": _PYTHON} | parts | source.parts(resolved=bool(environment))
        else:
            parts |= _command_parts(container)
        name = f"{component.executor_label.removeprefix('exec-')} in {container.image}"
        return Work(name=name, output=output, parts=parts, fresh_for=fresh_for_of(container), command=not source)
    return Work(
        name=f"{manifest.module}:{manifest.function}",
        output=output,
        parts=parts | _code_parts(manifest, resolved=bool(environment)) | _image_part(container, manifest),
        files=tuple(manifest.files),
        variables=tuple(manifest.variables),
        fresh_for=manifest.fresh_for,
    )


def cache_key(
    work: Work,
    inputs: Bindings,
    artifacts: Mapping[ArtifactId, Artifact],
    *,
    custom: str = "",
    outside: Mapping[str, str] | None = None,
) -> CacheKey:
    """The key of one execution.

    Args:
        work: What its component does.
        inputs: Its resolved inputs.
        artifacts: The artifacts that `inputs` names; their type, metadata and the digests of their content count, not
            where they lie. Of a file that a person gave, the name counts too: a component that takes its path sees it.
            What a task made often has a name by chance.
        custom: The author's own key; it then stands for code, parameters and inputs.
        outside: Parts for what the component reads besides: `file:…`, `data:…`, `variable:…`; or for what is otherwise
            than its work says: `image`.
    """
    parts = {"version": KEY_VERSION, "output": work.output}
    if custom:
        return CacheKey(parts=parts | {"key": custom, "component": work.name})
    parts |= work.parts
    parts |= {f"parameter:{name}": _shown(value) for name, value in inputs.parameters.items()}
    parts |= outside or {}
    for name, ids in inputs.artifacts.items():
        parts[f"input:{name}"] = _digest([_identity(artifacts[ident]) for ident in ids])
    return CacheKey(parts=parts)


def fingerprint(key: CacheKey) -> Fingerprint:
    """The digest of a key. Equal keys have equal fingerprints, whatever the order of their parts."""
    return Fingerprint(hashlib.sha256(msgspec.json.encode(key.parts, order="sorted")).hexdigest())


def _code_parts(manifest: ComponentManifest, *, resolved: bool) -> dict[str, str]:
    parts = {"component": f"{manifest.module}:{manifest.function}"}
    parts |= {f"code:{name}": digest for name, digest in manifest.code.items()}
    if manifest.version:
        parts["cache:version"] = _shown(manifest.version)
    if resolved:
        return parts | {f"environment:{name}": at for name, at in manifest.environment.items() if name == "python"}
    parts |= {f"environment:{name}": version for name, version in manifest.environment.items()}
    if manifest.requirements:
        parts["environment:requirements"] = _shown(list(manifest.requirements))
    return parts


def _variable_part(name: str) -> str:
    return "cache:version" if name == CACHE_VERSION else f"env:{name}"


def _image_part(container: ContainerSpec, manifest: ComponentManifest) -> dict[str, str]:
    """The image that the author asked for; the one that merely has the right Python says nothing new."""
    default = f"python:{manifest.environment.get('python')}-slim"
    return {} if container.image == default else {"image": container.image}


def _command_parts(container: ContainerSpec) -> dict[str, str]:
    return {"command": _digest([container.command, container.args])}


def _interface(component: ComponentSpec) -> Json:
    outputs = component.output_definitions
    return [
        {name: spec.parameter_type for name, spec in outputs.parameters.items()},
        {name: spec.artifact_type.schema_title for name, spec in outputs.artifacts.items()},
    ]


def _identity(artifact: Artifact) -> Json:
    if artifact.digest is None:
        return [artifact.type, artifact.uri, artifact.metadata]
    if "source" not in artifact.metadata:
        return [artifact.type, artifact.digest, artifact.metadata]
    metadata = {name: value for name, value in artifact.metadata.items() if name != "source"}
    return [artifact.type, artifact.digest, metadata, posixpath.basename(artifact.uri)]


def _shown(value: Json) -> str:
    text = msgspec.json.encode(value, order="sorted").decode()
    return text if len(text) <= _SHOWN else _digest(value)


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:16]
