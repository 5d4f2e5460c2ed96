"""Reading files that are not in the store: for importers, where a person has named the place.

Apart from the store on purpose: a store never follows a URI out of itself.
"""

import posixpath
from pathlib import Path

from penstock.artifacts.errors import ArtifactMissing, ArtifactStoreUnavailable
from penstock.artifacts.names import local_path, safe_name
from penstock.artifacts.opening import client_advice


def read_outside(uri: str, folder: Path) -> Path:
    """A local path of the file or folder at `uri`: in place if it is local, else downloaded into `folder`.

    Args:
        uri: An absolute path, `file://…`, or any fsspec URL.
        folder: An existing, empty folder for a download.

    Raises:
        ArtifactMissing: There is nothing.
        ArtifactStoreUnavailable: The other end did not answer.
    """
    text = local_path(uri)
    if text is not None:
        path = Path(text)
        if not path.exists():
            raise ArtifactMissing(uri=uri)
        return path
    try:
        return _download(uri, folder)
    except FileNotFoundError:
        raise ArtifactMissing(uri=uri) from None
    except ImportError as error:
        reason = f"{error}; {client_advice(uri)}"
        raise ArtifactStoreUnavailable(store=uri, action="be read", reason=reason) from error
    except Exception as error:  # each file system has errors of its own, not all of them OSError
        raise ArtifactStoreUnavailable(store=uri, action="be read", reason=str(error)) from error


def _download(uri: str, folder: Path) -> Path:
    from fsspec.core import url_to_fs

    fs, source = url_to_fs(uri)
    target = folder / safe_name(posixpath.basename(source.rstrip("/")))
    if fs.isfile(source):
        fs.get_file(source, str(target))
        return target
    for name in fs.find(source):
        place = target / posixpath.relpath(name, source)
        place.parent.mkdir(parents=True, exist_ok=True)
        fs.get_file(name, str(place))
    if not target.exists():
        raise FileNotFoundError(uri)
    return target
