"""Where the files of a registered model are, for `penstock.load_model` outside of a task."""

import os
from pathlib import Path

from penstock.platform.settings import load_settings
from penstock.platform.system import System
from penstock.registry.packages import local


def registered_folder(reference: str, home: Path | None) -> Path:
    """The folder of the version that `reference` means, in that home, or in the one that the settings name."""
    with System.open(load_settings(os.environ, Path.cwd(), home=home)) as system:
        version = system.models.resolve(reference)
        return local(system.artifacts, version.uri, f"{version.name}/{version.version}")
