"""The zip of an author's modules that travels with a run: the same modules always give the same bytes."""

import base64
import io
import zipfile
from collections.abc import Iterable

from penstock.compiler.code.modules import Module

_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(modules: Iterable[Module]) -> str:
    """The modules as a zip in base64, each where Python looks for it; empty text if there are none."""
    files = {one.archive_path: one.source for one in modules if one.path is not None or one.source}
    if not files:
        return ""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return base64.b64encode(buffer.getvalue()).decode()
