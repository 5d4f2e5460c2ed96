"""What is inside a file or folder that is to be stored, links followed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from penstock.artifacts.errors import UnstorableFile


class Entry(Struct, frozen=True, kw_only=True):
    """One regular file in a folder, or one folder without entries."""

    name: str
    """Path relative to the folder, parts joined by `/`."""
    path: Path
    size: int
    """Bytes; -1 for an empty folder."""
    movable: bool
    """Whether the bytes are only here: no symbolic link leads to them and no other hard link shares them."""

    @property
    def is_file(self) -> bool:
        return self.size >= 0


def entries(folder: Path) -> list[Entry]:
    """All regular files and all empty folders below `folder`, sorted by the bytes of their names.

    Raises:
        UnstorableFile: A link leads nowhere or in a circle, or something is neither file nor folder.
    """
    found = _walk(folder, "", linked=False, above=())
    return sorted(found, key=lambda entry: os.fsencode(entry.name))


def file_entry(path: Path, name: str = "", *, linked: bool = False) -> Entry:
    """The regular file at `path`.

    Raises:
        FileNotFoundError: There is nothing.
        UnstorableFile: It is something else than a regular file.
    """
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise UnstorableFile(path=str(path), reason="it is neither a file nor a folder")
    movable = not linked and facts.st_nlink == 1 and not path.is_symlink()
    return Entry(name=name, path=path, size=facts.st_size, movable=movable)


def _walk(folder: Path, prefix: str, *, linked: bool, above: tuple[tuple[int, int], ...]) -> Iterator[Entry]:
    facts = folder.stat()
    here = (facts.st_dev, facts.st_ino)
    if here in above:
        raise UnstorableFile(path=str(folder), reason="a link in it leads back to a folder above")
    empty = True
    with os.scandir(folder) as items:
        for item in items:
            empty = False
            path, name, is_link = Path(item.path), prefix + item.name, linked or item.is_symlink()
            if item.is_dir():
                yield from _walk(path, name + "/", linked=is_link, above=(*above, here))
            elif not path.exists():
                raise UnstorableFile(path=str(path), reason="it is a link that leads nowhere")
            else:
                yield file_entry(path, name, linked=is_link)
    if empty and prefix:
        yield Entry(name=prefix.rstrip("/"), path=folder, size=-1, movable=not linked)
