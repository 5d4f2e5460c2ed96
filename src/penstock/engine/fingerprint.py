"""The cache key of a task: everything that its result may depend on, part by part, and nothing else.

Not in it: times, paths, the names of the run, the pipeline and the task. So the same work is recognised
wherever it stands.
"""

import hashlib
import posixpath
from collections.abc import Mapping

import msgspec

from penstock.core.ids import ArtifactId, Fingerprint
from penstock.core.json import Json
from penstock.ir.manifest import ComponentManifest, read_manifest
from penstock.ir.spec import ComponentSpec, ContainerSpec
from penstock.metadata.records import Artifact, Bindings, CacheKey

KEY_VERSION = "1"
"""Changes when the same key may lead to another result: a new rule for keys, a new way of storing values."""

_SHOWN = 60
"""Values up to this length stand in the key as they are, so that `explain` can show them."""


def cache_key(
    component: ComponentSpec,
    container: ContainerSpec,
    inputs: Bindings,
    artifacts: Mapping[ArtifactId, Artifact],
    *,
    custom: str = "",
    files: Mapping[str, str] | None = None,
) -> CacheKey:
    """The key of one execution.

    Args:
        component: Its interface; the declared outputs are part of the key.
        container: What it runs. Of a Penstock component, its manifest counts; of any other, image and command line.
        inputs: Its resolved inputs.
        artifacts: The artifacts that `inputs` names; their content digests count, not where they lie. Of a file
            that a person gave, the name counts too: a component that takes its path sees it. What a task made often
            has a name by chance.
        custom: The author's own key; it then stands for code, parameters and inputs.
        files: For a parameter whose value names a local file: that file's digest.
    """
    manifest = read_manifest(container)
    parts = {"version": KEY_VERSION, "output": _digest(_interface(component))}
    if custom:
        name = manifest.function if manifest else container.image
        return CacheKey(parts=parts | {"key": custom, "component": name})
    parts |= _code_parts(manifest) if manifest else _command_parts(container)
    parts |= {f"env:{var.name}": _shown(var.value) for var in container.env}
    parts |= {f"parameter:{name}": _shown(value) for name, value in inputs.parameters.items()}
    parts |= {f"file:{name}": digest for name, digest in (files or {}).items()}
    for name, ids in inputs.artifacts.items():
        parts[f"input:{name}"] = _digest([_identity(artifacts[ident]) for ident in ids])
    return CacheKey(parts=parts)


def fingerprint(key: CacheKey) -> Fingerprint:
    """The digest of a key. Equal keys have equal fingerprints, whatever the order of their parts."""
    return Fingerprint(hashlib.sha256(msgspec.json.encode(key.parts, order="sorted")).hexdigest())


def _code_parts(manifest: ComponentManifest) -> dict[str, str]:
    parts = {"component": f"{manifest.module}:{manifest.function}"}
    parts |= {f"code:{name}": digest for name, digest in manifest.code.items()}
    parts |= {f"environment:{name}": version for name, version in manifest.environment.items()}
    if manifest.requirements:
        parts["environment:requirements"] = _shown(list(manifest.requirements))
    return parts


def _command_parts(container: ContainerSpec) -> dict[str, str]:
    return {"command": _digest([container.command, container.args]), "image": container.image}


def _interface(component: ComponentSpec) -> Json:
    outputs = component.output_definitions
    return [
        {name: spec.parameter_type for name, spec in outputs.parameters.items()},
        {name: spec.artifact_type.schema_title for name, spec in outputs.artifacts.items()},
    ]


def _identity(artifact: Artifact) -> Json:
    if artifact.digest is not None and "source" in artifact.metadata:
        return [artifact.type, artifact.digest, posixpath.basename(artifact.uri)]
    if artifact.digest is not None:
        return [artifact.type, artifact.digest]
    return [artifact.type, artifact.uri, artifact.metadata]


def _shown(value: Json) -> str:
    text = msgspec.json.encode(value, order="sorted").decode()
    return text if len(text) <= _SHOWN else _digest(value)


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()[:16]
