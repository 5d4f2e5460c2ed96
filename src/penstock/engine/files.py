"""What tasks read besides their inputs: local files and environment variables, so that none changes unnoticed."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from penstock.core.json import Json
from penstock.engine.fingerprint import Work
from penstock.ir.spec import ComponentSpec

_LONGEST_PATH = 4096


class FileDigests:
    """Content digests of files, each read again only when its size, its time or its inode changed.

    A component may take `path: str` and open it, or name a file in its code. Its result then depends on the file's
    bytes, which no parameter shows. So where a text names a file that exists, the file's content is part of
    the cache key. Folders and URLs are not looked into.
    """

    def __init__(self, cwd: Path, environ: Mapping[str, str] | None = None) -> None:
        self._cwd = cwd
        self._environ = os.environ if environ is None else environ
        self._known: dict[str, tuple[tuple[int, int, int], str]] = {}

    def parts(self, work: Work, component: ComponentSpec, parameters: dict[str, Json]) -> dict[str, str]:
        """The parts of a task's cache key for what it reads from outside: digests, never the values themselves."""
        parts = {f"file:{name}": digest for name, digest in self.of_parameters(component, parameters).items()}
        for name in work.files:
            parts[f"data:{name}"] = self._digest(name) or "absent"
        for name in work.variables:
            value = self._environ.get(name)
            if value is not None:
                parts[f"variable:{name}"] = hashlib.sha256(value.encode(errors="surrogateescape")).hexdigest()[:16]
        return parts

    def of_parameters(self, component: ComponentSpec, parameters: dict[str, Json]) -> dict[str, str]:
        """By parameter name, the digest of the file that its value names; others are left out."""
        digests: dict[str, str] = {}
        for name, declared in component.input_definitions.parameters.items():
            value = parameters.get(name)
            if declared.parameter_type == "STRING" and isinstance(value, str):
                digest = self._digest(value)
                if digest is not None:
                    digests[name] = digest
        return digests

    def _digest(self, text: str) -> str | None:
        if not text or len(text) > _LONGEST_PATH or "\0" in text or "\n" in text:
            return None
        path = self._cwd / text
        try:
            stat = path.stat()
            if not path.is_file():
                return None
            stamp = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
            known = self._known.get(text)
            if known is None or known[0] != stamp:
                with path.open("rb") as file:
                    known = stamp, hashlib.file_digest(file, "sha256").hexdigest()[:16]
                self._known[text] = known
        except OSError:
            return None
        return known[1]
