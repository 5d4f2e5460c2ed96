"""The points of a metric, as curves are drawn of them: all, by pages, or so many of several runs."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from penstock.endpoint.errors import BadRequest
from penstock.endpoint.messages import Request, Response, reply
from penstock.endpoint.mlflow.fields import Fields
from penstock.endpoint.mlflow.finding import Finder
from penstock.endpoint.mlflow.paging import read_token, write_token
from penstock.endpoint.mlflow.shapes import metric_shape
from penstock.endpoint.routing import Route
from penstock.endpoint.services import Services
from penstock.metadata.tracking import Metric

_MOST = 25_000
_RUNS = 100
_SAMPLE = 2500


class _Place(Struct, frozen=True, array_like=True):
    """Where a page ended."""

    step: int
    at: int
    value: float | None


class History:
    """The handlers."""

    def __init__(self, services: Services, finder: Finder) -> None:
        self._tracking = services.store.tracking
        self._finder = finder

    def routes(self, prefix: str) -> Iterator[Route]:
        """The rows of the table."""
        yield Route("GET", f"{prefix}/metrics/get-history", self.get)
        yield Route("GET", f"{prefix}/metrics/get-history-bulk", self.bulk)
        yield Route("GET", f"{prefix}/metrics/get-history-bulk-interval", self.interval)

    def get(self, request: Request) -> Response:
        fields = Fields.of(request)
        run = self._finder.run(fields.required("run_id", "run_uuid"), request.caller)
        key = fields.required("metric_key")
        if "max_results" not in fields:
            return reply({"metrics": [metric_shape(one) for one in self._tracking.history(run.tracked_id, key)]})
        limit = fields.limit(_MOST, 1_000_000)
        after = _read(fields.text("page_token"), key)
        page = self._tracking.history(run.tracked_id, key, after=after, limit=limit + 1)
        rest = {"next_page_token": _written(page[limit - 1])} if len(page) > limit else {}
        return reply({"metrics": [metric_shape(one) for one in page[:limit]], **rest})

    def bulk(self, request: Request) -> Response:
        fields = Fields.of(request)
        key, runs = fields.required("metric_key"), _runs(fields.texts("run_id"))
        limit = min(fields.limit(_MOST, 1_000_000), _MOST)
        points = [
            metric_shape(one, run) for run in sorted(runs) for one in self._tracking.history(run, key, limit=limit)
        ]
        return reply({"metrics": points[:limit]})

    def interval(self, request: Request) -> Response:
        """Of each run, at most so many points between two steps, evenly chosen, the first and the last among them."""
        fields = Fields.of(request)
        key, runs = fields.required("metric_key"), _runs(fields.texts("run_ids"))
        limit = fields.limit(320, _SAMPLE)
        low, high = fields.integer("start_step", -(2**62)), fields.integer("end_step", 2**62)
        if low > high:
            raise BadRequest(what="end_step", reason=f"it is before start_step: {high} < {low}")
        points = []
        for run in runs:
            between = [one for one in self._tracking.history(run, key) if low <= one.step <= high]
            points += [metric_shape(one, run) for one in _thinned(between, limit)]
        return reply({"metrics": points})


def _runs(idents: Sequence[str]) -> Sequence[str]:
    if not 1 <= len(idents) <= _RUNS:
        raise BadRequest(what="run_id", reason=f"1 to {_RUNS} of them are expected, not {len(idents)}")
    return idents


def _thinned(points: list[Metric], limit: int) -> list[Metric]:
    if len(points) <= limit or limit < 2:
        return points[:limit]
    return [points[index * (len(points) - 1) // (limit - 1)] for index in range(limit)]


def _written(last: Metric) -> str:
    return write_token([last.step, last.at, last.value])


def _read(token: str, key: str) -> Metric | None:
    if not token:
        return None
    place = read_token(token, _Place)
    return Metric(key=key, step=place.step, at=place.at, value=float("nan") if place.value is None else place.value)
