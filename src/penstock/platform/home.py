"""The home folder: made when first needed, kept out of version control, refused with a reason when unusable."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from penstock.artifacts.errors import UnknownStoreUrl
from penstock.core.errors import InfraError
from penstock.core.settings import Settings
from penstock.platform.names import check_unicode


@dataclass(kw_only=True, eq=False)
class HomeUnusable(InfraError, OSError):
    """The home cannot be made, or cannot be written."""

    code: ClassVar[str] = "PLA012"
    home: str
    reason: str

    def message(self) -> str:
        return f"Penstock's home {self.home!r} cannot be used: {self.reason}"

    def hint(self) -> str:
        return "choose another with `--home` or the environment variable PENSTOCK_HOME"


def prepare_home(home: Path) -> None:
    """Make `home` if it is not there.

    Raises:
        HomeUnusable: It is a file, or may not be made or written.
        NameNotUnicode: Its name cannot go on record.
    """
    check_unicode(home)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)  # logs and data are nobody else's business
        _keep_from_git(home)
    except FileExistsError as error:
        raise HomeUnusable(home=str(home), reason="it is not a folder") from error
    except OSError as error:
        raise HomeUnusable(home=str(home), reason=error.strerror or str(error)) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise HomeUnusable(home=str(home), reason="it may not be written")


def store_place(settings: Settings) -> str:
    """The file or the URL of the metadata store."""
    return settings.store or str(settings.home / "penstock.db")


def artifacts_place(settings: Settings) -> str:
    """The folder or the URL of the artifact store.

    Raises:
        UnknownStoreUrl: It is this process's memory.
    """
    if settings.artifacts and settings.artifacts.startswith("memory:"):
        raise UnknownStoreUrl(
            url=settings.artifacts,
            reason="tasks run in processes of their own, which do not see this one's memory",
            advice="name a folder or a bucket",
        )
    return settings.artifacts or str(settings.home / "artifacts")


def _keep_from_git(home: Path) -> None:
    """Have git ignore all of `home`, if it is new: in a folder that holds other things, git is not our affair."""
    ignore = home / ".gitignore"
    is_new = {*os.listdir(home)} <= {ignore.name}  # noqa: PTH208 - names are wanted
    if is_new and not (ignore.exists() and ignore.stat().st_size):
        ignore.write_text("*\n")
