"""Files by way of the endpoint: stored in the artifact store as they come, listed, read, forgotten.

What a name outside of runs is stored under, nobody looks at: places are texts in the metadata store, and no path of a
client's reaches a file system.
"""

import mimetypes
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from penstock.artifacts.errors import ArtifactMissing
from penstock.endpoint.errors import BadRequest, NoFile
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.mlflow.fields import Fields
from penstock.endpoint.mlflow.finding import Finder
from penstock.endpoint.mlflow.places import checked, folder_of_run, joined, object_of, owner_of, place_of
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services
from penstock.metadata.tracked_files import TrackedFile


class Artifacts:
    """The handlers."""

    def __init__(self, services: Services, finder: Finder) -> None:
        self._store = services.store
        self._artifacts = services.artifacts
        self._clock = services.clock
        self._finder = finder
        self._root = services.artifacts_root.rstrip("/") if "://" in services.artifacts_root else ""

    def routes(self, prefix: str, proxy: str) -> Iterator[Route]:
        """The rows of the table; `proxy` is the prefix under which files themselves are."""
        yield Route("GET", f"{prefix}/artifacts/list", self.list_of_run)
        yield Route("GET", f"{proxy}/artifacts", self.list_below)
        yield Route("GET", f"{proxy}/artifacts/{{place:path}}", self.download)
        yield Route("PUT", f"{proxy}/artifacts/{{place:path}}", self.upload)
        yield Route("DELETE", f"{proxy}/artifacts/{{place:path}}", self.delete)

    def list_of_run(self, request: Request) -> Response:
        fields = Fields.of(request)
        run = self._finder.run(fields.required("run_id", "run_uuid"), request.caller)
        root = folder_of_run(run, self._store.tracking.experiment(run.experiment_id))
        return reply({"root_uri": root, "files": self.listing(root, fields.text("path"))})

    def list_below(self, request: Request) -> Response:
        """As `list_of_run`, of any folder; what comes back is named from there."""
        folder = checked(Fields.of(request).text("path"))
        return reply({"files": _shapes(self._children(folder), "")})

    def download(self, request: Request) -> Response:
        place = checked(request.named["place"])
        inside = object_of(place)
        if inside is None:
            file = self._store.files.get(place)
            if file is None:
                raise NoFile(place=place)
            path = self._artifacts.path(file.uri)
        else:
            path = self._object(place)
            if not path.is_file():
                raise NoFile(place=place)
        kind = mimetypes.guess_type(place)[0] or "application/octet-stream"
        return Response(content_type=kind, file=path)

    def upload(self, request: Request) -> Response:
        """Store a file: complete in the artifact store first, then under its name. One that breaks off leaves none."""
        place = checked(request.named["place"])
        if not place or object_of(place) is not None:
            raise BadRequest(what="path", reason=f"nothing can be stored at {place!r}")
        folder = self._artifacts.staging()
        try:
            staged = folder / "file"
            with staged.open("wb") as stream:
                for part in request.body.parts():
                    stream.write(part)
            stored = self._artifacts.put(staged, place.rpartition("/")[2])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        file = TrackedFile(
            place=place, uri=stored.uri, digest=stored.digest, size=stored.size, stored_at=self._clock.now()
        )
        self._store.files.put([file], owner_of(place))
        return reply({})

    def delete(self, request: Request) -> Response:
        place = checked(request.named["place"])
        if not place or object_of(place) is not None:
            raise BadRequest(what="path", reason=f"{place!r} cannot be removed")
        self._store.files.remove(place)
        return reply({})

    def listing(self, root: str, path: str) -> list[dict[str, Any]]:
        """What is at `path` in a folder, named from that folder; nothing where the folder is somewhere else."""
        place = place_of(root)
        if place is None:
            return []
        path = checked(path)
        return _shapes(self._children(joined(place, path)), path)

    def collect(self, root: str, target: Path) -> int:
        """Copy all that is below a URI of ours to a folder; how many files that were. `target` is made.

        Raises:
            ArtifactMissing: The bytes of a file are gone.
        """
        place = place_of(root)
        if place is None:
            return 0
        if object_of(place) is not None:
            found = self._object(place)
            shutil.copytree(found, target, copy_function=shutil.copyfile)
            return sum(1 for path in target.rglob("*") if path.is_file())
        files = self._store.files.under(place)
        for file in files:
            path = target / file.place.removeprefix(f"{place}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._artifacts.path(file.uri), path)
        return len(files)

    def uri_of(self, place: str) -> str:
        """The URI of an object of the artifact store by its place."""
        return f"{self._root}/{place}"

    def _object(self, place: str) -> Path:
        """A file or a folder in an object of the artifact store. No link leads out of it. Raises `NoFile`."""
        named = object_of(place)
        if named is None:
            raise NoFile(place=place)
        try:
            whole = self._artifacts.path(self.uri_of(named[0])).resolve()
        except ArtifactMissing:
            raise NoFile(place=place) from None
        path = (whole / named[2]).resolve() if named[2] else whole
        if not path.is_relative_to(whole) or not path.exists():
            raise NoFile(place=place)
        return path

    def _children(self, folder: str) -> list[tuple[str, int | None]]:
        """Names in a folder, each with its size, which folders do not have."""
        if object_of(folder) is not None:
            path = self._object(folder)
            entries = sorted(path.iterdir()) if path.is_dir() else []
            return [(entry.name, None if entry.is_dir() else entry.stat().st_size) for entry in entries]
        start = len(folder) + 1 if folder else 0
        found: dict[str, int | None] = {}
        for file in self._store.files.under(folder):
            name, deeper, _ = file.place[start:].partition("/")
            found[name] = None if deeper else file.size
        return sorted(found.items())


def _shapes(children: Sequence[tuple[str, int | None]], folder: str) -> list[dict[str, Any]]:
    return [
        {"path": joined(folder, name), "is_dir": size is None} | ({} if size is None else {"file_size": size})
        for name, size in children
    ]
