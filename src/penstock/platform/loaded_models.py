"""`penstock.load_model`: a registered model in Python's hands, in a task, a notebook or a script."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.client.http import Endpoint

if TYPE_CHECKING:
    from penstock.models.model import Model


def load_model(reference: str, *, home: str | Path | None = None, trust_pickle: bool = False) -> "Model":
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
    from penstock.models.model import Model

    endpoint = Endpoint.current() if home is None else None
    if endpoint is not None:
        from penstock.client.registry import RegistryClient

        return Model.load(RegistryClient(endpoint).folder(reference), trust_pickle=trust_pickle)
    from penstock.platform.settings import load_settings
    from penstock.platform.system import System
    from penstock.registry.packages import local

    settings = load_settings(os.environ, Path.cwd(), home=None if home is None else Path(home))
    with System.open(settings) as system:
        version = system.models.resolve(reference)
        folder = local(system.artifacts, version.uri, f"{version.name}/{version.version}")
    return Model.load(folder, trust_pickle=trust_pickle)
