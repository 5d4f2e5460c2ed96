"""The settings table: what can be set, its type, its default, its meaning and its environment variable.

Here is only the table. `penstock.platform.settings` fills it, once; everything else is handed a `Settings`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

HIDDEN = {"hidden": True}


class Settings(Struct, frozen=True, kw_only=True):
    """How this Penstock works. Each field's `Meta` says what it is for and what is allowed."""

    home: Annotated[Path, Meta(description="The folder that holds all state: runs, artifacts, logs.")]
    store: Annotated[
        str | None,
        Meta(
            description="Where the record of runs is kept: a file, or `postgresql://…`, which a team shares. Not set: a"
            " file in the home."
        ),
    ] = None
    patience: Annotated[
        Annotated[int, Meta(ge=0)],
        Meta(description="Seconds for which a store on a server is waited for while it is away, as when it restarts."),
    ] = 60
    artifacts: Annotated[
        str | None,
        Meta(
            description="Where artifacts are kept: a folder, or a URL such as `s3://bucket/prefix`. Not set: a folder"
            " in the home."
        ),
    ] = None
    max_parallel: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="At most this many tasks of a run at once. Not set: as many as there are cores."),
    ] = None
    executor: Annotated[
        Literal["process", "inline"],
        Meta(description="Where tasks run: each in a `process` of its own, or `inline`, in Penstock's own process."),
    ] = "process"
    container_engine: Annotated[
        Literal["auto", "docker", "podman", "none"],
        Meta(description="What runs container components; `auto`: Docker or Podman, whichever answers."),
    ] = "auto"
    kfp: Annotated[
        Annotated[str, Meta(pattern=r"^([0-9][0-9A-Za-z.!+]*)?$")],
        Meta(
            description="The version of Kubeflow's SDK that its lightweight components run with, e.g. `2.17.0`. Not"
            " set: the one that each asks for, which is the one that compiled it."
        ),
    ] = ""
    durability: Annotated[
        Literal["full", "normal"],
        Meta(
            description="What a stored transition survives: a power cut (`full`), or only the death of any process"
            " (`normal`, faster on slow disks)."
        ),
    ] = "full"
    lease: Annotated[
        Annotated[int, Meta(ge=3)],
        Meta(
            description="Seconds for which the right to drive a run holds without a heartbeat: so long after its engine"
            " is gone, at the latest, another one goes on with it."
        ),
    ] = 30
    color: Annotated[
        Literal["auto", "always", "never"],
        Meta(description="Whether output has colors; `auto`: on a terminal, unless `NO_COLOR` is set."),
    ] = "auto"
    faults: Annotated[
        tuple[str, ...],
        Meta(description="For tests: fault points to die at, as `name` or `name:N`, by comma.", extra=HIDDEN),
    ] = ()


class Setting(Struct, frozen=True, kw_only=True):
    """One row of the table."""

    name: str
    variable: str
    """The environment variable that sets it."""
    help: str
    allowed: str
    """What may be written, in words."""
    default: Any
    """`msgspec.NODEFAULT` where it is worked out from the surroundings."""
    annotation: Any
    hidden: bool

    def read(self, text: str) -> Any:
        """The value that `text` stands for. Raises `ValueError` if it is not allowed."""
        if self.annotation in (Path, str | None):
            if not text.strip():
                raise ValueError(text)
            return Path(text).expanduser() if self.annotation is Path else text.strip()
        if get_origin(self.annotation) is tuple:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        return msgspec.convert(text.strip(), self.annotation, strict=False)


def settings_table() -> Iterator[Setting]:
    """Every row, in the order of the fields of `Settings`."""
    hints = get_type_hints(Settings, include_extras=True)
    for field in msgspec.structs.fields(Settings):
        bare, *narrowed, meta = get_args(hints[field.name])  # an annotation in an annotation is one in Python's eyes
        annotation = Annotated[bare, *narrowed] if narrowed else bare
        yield Setting(
            name=field.name,
            variable=f"PENSTOCK_{field.name.upper()}",
            help=meta.description,
            allowed=_allowed(annotation),
            default=field.default,
            annotation=annotation,
            hidden=bool(meta.extra),
        )


def _allowed(annotation: Any) -> str:
    if annotation is Path:
        return "a folder"
    if annotation == str | None:
        return "a path or a URL"
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{word}`" for word in get_args(annotation))
    if get_origin(annotation) is tuple:
        return "words, separated by commas"
    if get_origin(annotation) is Annotated and get_args(annotation)[0] is str:
        return "a version, such as `2.17.0`"
    return f"a whole number, {_least(annotation)} or more"


def _least(annotation: Any) -> int:
    """The smallest number that may be given; the annotation may be optional."""
    metas = getattr(annotation, "__metadata__", None) or get_args(annotation)[0].__metadata__
    return int(metas[0].ge)
