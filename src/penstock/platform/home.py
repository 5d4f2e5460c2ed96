"""The home folder: made when first needed, kept out of version control, refused with a reason when unusable."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from penstock.core.errors import InfraError
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
        home.mkdir(parents=True, exist_ok=True)
        ignore = home / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError as error:
        raise HomeUnusable(home=str(home), reason=error.strerror or str(error)) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise HomeUnusable(home=str(home), reason="it may not be written")
