"""`penstock.load_model`: a registered model in Python's hands, in a task, a notebook or a script."""

from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol, cast

from penstock.client.http import Endpoint
from penstock.models.model import Model

OPENER = "penstock.platform.loaded_models:registered_folder"
"""Whatever opens a home; it stands above us, and is looked up when it is needed."""


class Opener(Protocol):
    """Finds the folder of a registered version in a home."""

    def __call__(self, reference: str, home: Path | None) -> Path: ...


def load_model(reference: str, *, home: str | Path | None = None, trust_pickle: bool = False) -> Model:
    """Open a registered model.

    In a task it is asked for by way of the run's endpoint; elsewhere the home is opened, which is found as the
    `penstock` command finds it.

    ```python
    model = penstock.load_model("taxi@champion")
    model.predict({"distance": 2.4, "hour": 17})
    ```

    Args:
        reference: `taxi@champion`, `taxi/3`, `taxi/latest`, or `taxi`: its champion.
        home: Another home; not in a task.
        trust_pickle: Whether its original may be loaded whatever it is. That runs its maker's code.

    Raises:
        ModelNotFound, VersionNotFound, AliasNotSet: There is no such thing (in a task: `Refused`, which says so).
        PackageGone: Its files are not there any more.
    """
    endpoint = Endpoint.current() if home is None else None
    if endpoint is not None:
        from penstock.client.registry import RegistryClient

        folder = RegistryClient(endpoint).folder(reference)
    else:
        opener = cast(Opener, resolve_name(OPENER))
        folder = opener(reference, None if home is None else Path(home))
    return Model.load(folder, trust_pickle=trust_pickle)
