"""The files around a model that make its folder an MLflow model: `MLmodel`, and the environment that it needs.

Nothing here depends on the time or on chance.
"""

import hashlib
import platform
import re
from pathlib import Path
from typing import Any

from penstock.data.naming import type_name
from penstock.models.errors import NotPackaged
from penstock.models.flavours import Written
from penstock.models.modules import distribution_of, is_project, needed_by, version_of
from penstock.models.package import CODE, DESCRIPTION, LOCK
from penstock.models.signature import Signature


def write_description(
    folder: Path, written: Written, signature: Signature, example: dict[str, Any] | None, *, predicts: bool = True
) -> None:
    """Write `MLmodel`.

    Args:
        folder: The package's, with the model's file in it.
        written: What was written of the model.
        signature: What it takes; empty if that is not known.
        example: What `MLmodel` says of the input example.
        predicts: Whether it has a `predict`, which MLflow's `python_function` is made of.
    """
    import yaml

    code = CODE if (folder / CODE).is_dir() else None
    flavours = {name: {**about, "code": code} for name, about in written.flavours.items()}
    if predicts:
        flavours["python_function"] = {
            "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
            "python_version": platform.python_version(),
            **written.loader,
            **({"code": code} if code else {}),
        }
    described: dict[str, Any] = {"flavors": flavours, "model_uuid": _identity(folder)}
    if signature:
        described["signature"] = signature.to_mlflow()
        described |= {"is_signature_from_type_hint": False, "type_hint_from_example": False}
    if example:
        described["saved_input_example_info"] = example
    _write(folder / DESCRIPTION, yaml.safe_dump(described, sort_keys=True, allow_unicode=True))


def write_environment(folder: Path, modules: list[str], asked: list[str], what: str) -> None:
    """Write what the model requires, in the forms that MLflow and pip read, and the exact lock of it all.

    Args:
        folder: The package's.
        modules: What the model's types, the project's modules in it and its loader import.
        asked: What the author wants besides, as pip takes it.
        what: The model's type, for messages.

    Raises:
        NotPackaged: Something that the author wants has no version here.
    """
    import yaml

    found = {name: version_of(name) for module in modules if (name := distribution_of(module))}
    ours = found.pop("penstock", "")
    wanted = {**found, **dict(_exact(one, what) for one in asked)}
    lock = {**needed_by(wanted), **wanted}
    python = platform.python_version()
    pinned = [pin(name, version.partition("+")[0]) for name, version in sorted(wanted.items())]
    requirements = ["mlflow", *pinned, *([pin("penstock", ours)] if ours else [])]
    head = f"# Python {python} on {platform.machine()}\n"
    (folder / LOCK).parent.mkdir(exist_ok=True)
    _write(folder / LOCK, head + "".join(f"{pin(*one)}\n" for one in sorted(lock.items())))
    _write(folder / "requirements.txt", "".join(f"{line}\n" for line in requirements))
    _write(folder / "python_env.yaml", yaml.safe_dump({"python": python, "dependencies": ["-r requirements.txt"]}))
    conda = {
        "name": "model",
        "channels": ["conda-forge"],
        "dependencies": [f"python={python}", "pip", {"pip": requirements}],
    }
    _write(folder / "conda.yaml", yaml.safe_dump(conda))


def modules_of(types: list[str]) -> list[str]:
    """The top-level modules of types, but for the author's own."""
    tops = {name.partition(".")[0] for name in types}
    return sorted(top for top in tops if top and not is_project(top))


def pin(name: str, version: str) -> str:
    """One line of a lock, or of requirements."""
    return f"{name} {version}" if version.startswith("@") else f"{name}=={version}"


def _exact(requirement: str, what: str) -> tuple[str, str]:
    from penstock.environments.packages import distribution

    name = distribution(requirement)
    _, at, url = requirement.partition("@")
    _, equals, version = requirement.partition("==")
    if name and at and not re.search(r"\s", url.strip()):
        return name, f"@ {url.strip()}"
    if name and equals and re.fullmatch(r"[A-Za-z0-9.!+_-]+", exact := version.partition(";")[0].strip()):
        return name, exact
    if name and (here := version_of(name)):
        return name, here
    raise NotPackaged(
        what=type_name(what) if not isinstance(what, str) else what,
        reason=f"it requires {requirement!r}, which is not installed here, so that its version is not known",
        advice=f"install it, or name the version: `{name or 'package'}==1.2`",
    )


def _identity(folder: Path) -> str:
    """32 hex digits from what is in the folder so far."""
    content = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content.update(path.relative_to(folder).as_posix().encode() + b"\0")
            with path.open("rb", buffering=0) as file:
                content.update(hashlib.file_digest(file, "sha256").digest())
    return content.hexdigest()[:32]


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
