"""What is counted and measured of requests, in Prometheus' words."""

from typing import Any

_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384)


class Figures:
    """One registry for one process."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = CollectorRegistry()
        names = ["model", "version", "protocol"]
        self._requests = Counter(
            "penstock_requests", "Requests that were answered.", [*names, "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "penstock_request_seconds",
            "From the whole body to the answer.",
            names,
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._rows = Histogram(
            "penstock_request_rows", "Rows of a request.", names, buckets=_ROWS, registry=self._registry
        )
        self.open = Gauge("penstock_open_requests", "Requests that are being handled.", registry=self._registry)
        self._known: dict[tuple[str, str, str], tuple[Any, Any, Any]] = {}

    def answered(self, model: str, version: str, protocol: str, rows: int, seconds: float) -> None:
        """A request was answered with predictions."""
        key = (model, version, protocol)
        known = self._known.get(key)
        if known is None:  # finding the children by their labels costs more than all the rest
            requests = self._requests.labels(*key, "200")
            known = self._known[key] = (requests, self._seconds.labels(*key), self._rows.labels(*key))
        known[0].inc()
        known[1].observe(seconds)
        known[2].observe(rows)

    def refused(self, model: str, version: str, protocol: str, status: int) -> None:
        """A request was answered with an error."""
        self._requests.labels(model, version, protocol, str(status)).inc()

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)
