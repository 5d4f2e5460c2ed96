"""Runs a lightweight component of Kubeflow's SDK: its source, in the SDK's own executor, in the present process.

What is changed about the SDK for that, where an artifact's bytes are, holds for this process, which runs nothing else.
"""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from msgspec import Struct

from penstock.artifacts.names import local_path
from penstock.core.errors import PenstockError
from penstock.ir.commands import resolve_command
from penstock.ir.placeholders import resolve_text
from penstock.ir.runtime import ExecutorInput
from penstock.launcher.errors import ComponentRaised, InputUnreadable, SdkUnusable, missing_module_advice
from penstock.launcher.failures import text_of, type_name
from penstock.launcher.foreign.inputs import INPUT_FOLDER, Fetch

MODULE = "ephemeral_component"
"""What the SDK's own command line calls the source."""
_ELSEWHERE = "elsewhere"
"""Within the attempt's folder: what was written where a remote URI says."""


class KfpComponent(Struct, frozen=True, kw_only=True):
    """One component to run."""

    function: str
    source: str
    arguments: tuple[str, ...]
    """Of the SDK's executor."""
    code_folder: Path
    folder: Path
    """The attempt's."""


def run_kfp(component: KfpComponent, seen: ExecutorInput, values: dict[str, str], fetch: Fetch) -> None:
    """Run it once; its outputs are where `seen` says.

    Args:
        component: The component.
        seen: See `localized`; artifacts from outside are not fetched yet.
        values: What the run says of itself.
        fetch: Fetches those, if the component asks for their path.

    Raises:
        SdkUnusable: The SDK that the component asks for does not work with this Python.
        ComponentRaised: The source, or its function, or the SDK on its behalf has raised, and there is something to say
            about it.
        BaseException: Whatever else they raised, as it is.
    """
    main = _import_sdk()
    file = component.code_folder / f"{MODULE}.py"
    component.code_folder.mkdir(parents=True, exist_ok=True)
    file.write_text(resolve_text(component.source, seen, values), encoding="utf-8", errors="surrogatepass")
    paths = _Paths(component.folder, seen, fetch)
    paths.install(sys.modules["kfp.dsl"].Artifact)
    logging.getLogger().addFilter(lambda record: not record.pathname.endswith("executor_main.py"))
    arguments = resolve_command(component.arguments, seen, values)
    sys.argv = [str(main.__file__), "--component_module_path", str(file), *arguments]
    try:
        main.executor_main()
    except SystemExit as error:
        if error.code not in (None, 0):
            raise error.with_traceback(_from_file(error.__traceback__, str(file))) from None
    except PenstockError:
        raise
    except Exception as error:  # noqa: BLE001 - it goes on, in other words
        _raise_as_authors(error, file, component.function)
    paths.tell(Path(seen.outputs.output_file))


# --- the SDK ----------------------------------------------------------------------------------------------


def _import_sdk() -> ModuleType:
    try:
        from penstock.launcher.foreign.sdk import executor_main
    except Exception as error:
        raise SdkUnusable(version=_version(), exception=type_name(error), text=text_of(error)) from error
    main: ModuleType = executor_main
    return main


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("kfp")
    except metadata.PackageNotFoundError:
        return ""


class _Paths:
    """Says where artifacts are: in a plain path as it stands, at a remote URI once the bytes were fetched."""

    def __init__(self, folder: Path, seen: ExecutorInput, fetch: Fetch) -> None:
        self._folder = folder
        self._fetch = fetch
        given = [artifact for listed in seen.inputs.artifacts.values() for artifact in listed.artifacts]
        self._remote = {a.uri for a in given if "://" in a.uri and not a.uri.startswith("oci://")}
        self._known = {artifact.uri: artifact.custom_path for artifact in given if artifact.custom_path}
        self._written: dict[str, str] = {}

    def install(self, artifact_class: Any) -> None:
        """Have artifacts of the SDK ask here for their path."""
        original: Callable[[Any], str] = artifact_class._get_path
        has_own = hasattr(artifact_class, "custom_path")  # since 2.15: before, the name means nothing to the SDK

        def path_of(artifact: Any) -> str:
            own = str(artifact.custom_path or "") if has_own else ""
            uri = str(artifact.uri)
            return own or self._of(uri) or original(artifact)

        artifact_class._get_path = path_of

    def tell(self, output_file: Path) -> None:
        """Say in the output file where the bytes are of artifacts that were written at a remote URI."""
        if not any(Path(place).exists() for place in self._written.values()):
            return
        told = json.loads(output_file.read_bytes())
        for listed in told.get("artifacts", {}).values():
            for artifact in listed["artifacts"]:
                place = self._written.get(artifact["uri"], "")
                if place and Path(place).exists():
                    artifact.setdefault("custom_path", place)
        output_file.write_text(json.dumps(told))

    def _of(self, uri: str) -> str:
        """A local path; empty where the SDK may say it."""
        if uri in self._known:
            return self._known[uri]
        if "://" not in uri:
            return uri
        if uri.startswith("file://"):
            return local_path(uri) or ""
        if uri in self._remote:
            place = self._folder / INPUT_FOLDER / f"fetched-{len(self._known)}"
            place.mkdir(parents=True)
            return self._known.setdefault(uri, str(self._fetch(uri, place)))
        scheme, _, rest = uri.partition("://")
        if scheme == "oci":
            reason = "it is a container image, and none is mounted here"
            raise InputUnreadable(where=f"the artifact at {uri!r}", reason=reason)
        place = self._folder / _ELSEWHERE / scheme / rest.replace("..", "__").lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        return self._written.setdefault(uri, str(place))


# --- what went wrong --------------------------------------------------------------------------------------


def _raise_as_authors(error: Exception, file: Path, function: str) -> None:
    """Raise `error` from the author's first line on, with advice where there is any."""
    trace = _from_file(error.__traceback__, str(file))
    error.__traceback__ = trace or error.__traceback__
    advice = _advice(error, called=_has_frame(trace, str(file), function))
    if not advice:
        raise error
    raise ComponentRaised(exception=type_name(error), text=text_of(error), advice=advice) from error


def _advice(error: Exception, *, called: bool) -> str:
    text = text_of(error)
    if isinstance(error, ModuleNotFoundError) and error.name and error.name.partition(".")[0] != "kfp":
        advice = missing_module_advice(error.name)
        return f"{advice.partition(',')[0]}: name its package in the component's `packages_to_install=`"
    of_the_sdk = isinstance(error, ImportError | AttributeError) and "kfp" in text
    if of_the_sdk or (isinstance(error, NameError | TypeError | AttributeError) and not called):
        return (
            f"the component ran with kfp {_version() or '(unknown)'}, which may be older or newer than it was written"
            " for: `penstock run --kfp VERSION` runs it with another one"
        )
    return ""


def _from_file(trace: TracebackType | None, file: str) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename != file:
        trace = trace.tb_next
    return trace


def _has_frame(trace: TracebackType | None, file: str, function: str) -> bool:
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == file and code.co_name == function:
            return True
        trace = trace.tb_next
    return False
