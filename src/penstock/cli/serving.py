"""What `penstock serve` opens, and what it says when it is ready."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.cli.text import line

if TYPE_CHECKING:
    from penstock.cli.screen import Screen
    from penstock.cli.session import Session
    from penstock.models import Model
    from penstock.serving.served import Served

_SHOWN = 400


def open_model(here: "Session", reference: str) -> "tuple[Model, str, str]":
    """The package that a person named, what it is called, and its version.

    Raises:
        PenstockError: There is no such version, or the folder is no package.
    """
    from penstock.models import Model
    from penstock.registry.packages import local

    folder = Path(reference)
    if folder.is_dir():
        return Model.load(folder), folder.resolve().name, "0"
    version = here.system.models.resolve(reference)
    place = local(here.system.artifacts, version.uri, f"{version.name}/{version.version}")
    return Model.load(place), version.name, str(version.version)


def tell(screen: "Screen", served: "Served", url: str) -> None:
    """Where it answers, and a request to try."""
    name = line(("serving ", "dim"), (f"{served.name} {served.version}", "bold"), f"  {url}")
    screen.print(name)
    if served.example:
        body = json.dumps(served.example[0], ensure_ascii=False)
        if len(body) <= _SHOWN:
            screen.print(line(("try  ", "dim"), f"curl {url}/predict/row -d {shlex.quote(body)}"))
    screen.print(line(("see  ", "dim"), f"{url}/openapi.json  {url}/metrics"))
