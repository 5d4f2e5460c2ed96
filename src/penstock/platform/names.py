"""Names of files and folders that go on record: Linux takes any bytes for a name, but records are text."""

from dataclasses import dataclass
from typing import ClassVar

from penstock.core.errors import UserError


@dataclass(kw_only=True, eq=False)
class NameNotUnicode(UserError, ValueError):
    """The name of a file or folder is not valid Unicode."""

    code: ClassVar[str] = "PLA017"
    name: str
    """With what is not text escaped."""

    def message(self) -> str:
        return f"the name '{self.name}' is not valid UTF-8, so it can be neither kept nor shown"

    def hint(self) -> str:
        return "rename that file or folder; if its name looks right, this locale is at fault: set PYTHONUTF8=1"


def check_unicode(*names: object) -> None:
    """Refuse names that cannot go on record.

    Raises:
        NameNotUnicode: One is not valid Unicode.
    """
    for name in map(str, names):
        try:
            name.encode()
        except UnicodeEncodeError:
            shown = name.encode(errors="surrogateescape").decode(errors="backslashreplace")
            raise NameNotUnicode(name=shown) from None
