"""Where clients of MLflow put the files of a run or a logged model: by way of this endpoint, unless they say otherwise.

```
mlflow-artifacts:/<experiment>/<run>/artifacts/…             files of a run
mlflow-artifacts:/<experiment>/models/<model>/artifacts/…    those of a logged model
mlflow-artifacts:/objects/<ab>/<64 hex>/<name>/…             an object of the artifact store, for reading only
```
"""

from penstock.artifacts.names import ObjectName, parse_place
from penstock.core.ids import Digest
from penstock.endpoint.errors import BadRequest
from penstock.metadata.tracking import Experiment, LoggedModel, TrackedRun

SCHEME = "mlflow-artifacts:/"
OBJECTS = "objects"


def location(experiment: Experiment) -> str:
    """The folder of an experiment."""
    return experiment.artifact_location or f"{SCHEME}{experiment.experiment_id}"


def folder_of_run(run: TrackedRun, experiment: Experiment) -> str:
    """The folder of a run."""
    return run.artifact_uri or f"{location(experiment).rstrip('/')}/{run.tracked_id}/artifacts"


def folder_of_model(model: LoggedModel, experiment: Experiment) -> str:
    """The folder of a logged model."""
    return model.artifact_uri or f"{location(experiment).rstrip('/')}/models/{model.model_id}/artifacts"


def place_of(uri: str) -> str | None:
    """The place that one of our URIs names; None for any other URI."""
    if not uri.startswith(SCHEME):
        return None
    rest = uri.removeprefix(SCHEME).lstrip("/") if not uri.startswith(f"{SCHEME}/") else ""
    return checked(rest)


def checked(path: str, *, what: str = "path") -> str:
    """A path below the root of all files, as it is kept: without empty parts at its ends.

    Raises:
        BadRequest: It leads out of where it is, or is no path at all.
    """
    parts = path.strip("/").split("/")
    if parts == [""]:
        return ""
    for part in parts:
        if part in ("", ".", "..") or "\\" in part or any(ord(char) < 32 or ord(char) == 127 for char in part):
            raise BadRequest(what=what, reason=f"{path[:200]!r} is no path of an artifact: it has a part {part[:50]!r}")
    if len(path) > 4000:
        raise BadRequest(what=what, reason=f"{len(path)} characters are too many for a path")
    return "/".join(parts)


def joined(folder: str, path: str) -> str:
    """A place below another."""
    return f"{folder}/{path}" if folder and path else folder or path


def owner_of(place: str) -> str:
    """The run or the logged model that a file belongs to by its place; empty if it is of none."""
    parts = place.split("/")
    if len(parts) > 2 and parts[1] == "models":
        return parts[2]
    return parts[1] if len(parts) > 1 else ""


def object_place(uri: str) -> str | None:
    """The place under which an object of the artifact store can be read; None if the URI names none."""
    known = parse_place("/".join(uri.rsplit("/", 4)[-4:]))
    return None if known is None else ObjectName(known.digest, known.name).place


def object_of(place: str) -> tuple[str, Digest, str] | None:
    """The object that a place is in: its own place, its digest, and the path inside; None for places of runs."""
    parts = place.split("/")
    if parts[0] != OBJECTS or len(parts) < 4:
        return None
    known = parse_place("/".join(parts[:4]))
    return None if known is None else (known.place, known.digest, "/".join(parts[4:]))
