"""The container of a component: a command line that any Kubeflow can run, and that our executors recognise."""

import shlex
import sys

from penstock.dsl.options import Options
from penstock.ir.manifest import LAUNCHER_MODULE, ComponentManifest, manifest_arguments
from penstock.ir.spec import Accelerator, ContainerSpec, EnvVar, ResourceSpec

GPU = "nvidia.com/gpu"

_INSTALL = """\
if ! [ -x "$(command -v pip)" ]; then
    python3 -m ensurepip || python3 -m ensurepip --user
fi
PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --no-warn-script-location \\
    {packages}
exec "$0" "$@"
"""


def default_image() -> str:
    """The image where none is asked for: that of the Python that compiles."""
    return f"python:{sys.version_info.major}.{sys.version_info.minor}-slim"


def container_of(manifest: ComponentManifest, package: str, options: Options, version: str) -> ContainerSpec:
    """The container that runs a component.

    Args:
        manifest: What the component's code is.
        package: That code, a zip in base64.
        options: Its resources, environment variables and image.
        version: Of penstock, which is installed where it is missing.
    """
    return ContainerSpec(
        image=options.image or default_image(),
        command=["sh", "-ec", _INSTALL.format(packages=_packages(manifest, version)), "python3", "-m", LAUNCHER_MODULE],
        args=manifest_arguments(manifest, package),
        env=[EnvVar(name=name, value=value) for name, value in options.env.items()],
        resources=resources_of(options),
    )


def _packages(manifest: ComponentManifest, version: str) -> str:
    pinned = [f"{name}=={at}" for name, at in manifest.environment.items() if name not in ("python", "penstock")]
    wanted = [f"penstock=={version}", *manifest.requirements, *pinned]
    return " \\\n    ".join(shlex.quote(one) for one in wanted)


def resources_of(options: Options) -> ResourceSpec | None:
    """Limits, in both forms: the texts are what newer Kubeflow reads, the numbers what Vertex AI and older ones do."""
    if options.cpu is None and options.memory is None and options.gpu == 0:
        return None
    memory = "" if options.memory is None else str(options.memory)
    return ResourceSpec(
        resource_cpu_limit="" if options.cpu is None else f"{options.cpu:g}",
        cpu_limit=0.0 if options.cpu is None else float(options.cpu),
        resource_memory_limit=memory,
        memory_limit=options.memory_bytes / 1e9 if options.memory_bytes else 0.0,
        accelerator=_accelerator(options.gpu),
    )


def _accelerator(count: int) -> Accelerator | None:
    if count == 0:
        return None
    return Accelerator(resource_type=GPU, resource_count=str(count), type=GPU, count=str(count))
