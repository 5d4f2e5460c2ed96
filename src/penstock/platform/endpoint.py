"""The endpoint of this process, and the variables by which its tasks find it.

It is made when the first task is about to start: from then on a socket listens, and nothing more of it is there
before a task connects. MLflow's own client, if a task uses that, finds it too.
"""

import os
import threading
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from penstock.artifacts.store import ArtifactStore
from penstock.client.variables import ADDRESS, TOKEN
from penstock.core.clock import Clock
from penstock.core.settings import Settings
from penstock.engine.executor import WorkOrder
from penstock.metadata.store import MetadataStore
from penstock.platform.home import artifacts_place

if TYPE_CHECKING:
    from penstock.endpoint.listener import Listener
    from penstock.endpoint.routing import Router

_OF_MLFLOW = "MLFLOW_TRACKING_"
_PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_LOOPBACK = "127.0.0.1"


class ProcessEndpoint:
    """The endpoint of one system in one process."""

    def __init__(self, settings: Settings, store: MetadataStore, artifacts: ArtifactStore, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._artifacts = artifacts
        self._clock = clock
        self._lock = threading.Lock()
        self._listener: Listener | None = None

    def open(self, *, port: int = 0, token: str = "") -> "Listener":
        """Listen, if nobody does yet.

        Args:
            port: Any free one by default.
            token: A new one by default.

        Raises:
            OSError: The port is taken.
        """
        with self._lock:
            if self._listener is None:
                from penstock.endpoint.listener import Listener

                self._listener = Listener(self._router, port=port, token=token)
            return self._listener

    def close(self) -> None:
        """Let requests that are being answered finish, and listen no more."""
        with self._lock:
            listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()

    def variables(self, order: WorkOrder) -> dict[str, str]:
        """What a task finds the endpoint by. Those of MLflow's are left out where somebody has set some already."""
        from penstock.endpoint.credentials import credential_for

        listener = self.open()
        token = credential_for(listener.token, order.key.run_id, order.key.path, order.key.number)
        found = {ADDRESS: listener.address, TOKEN: token, **self._beside_proxies}
        given = (*(one.name for one in order.container.env), *order.grants.environ)
        if self._theirs or any(name.startswith(_OF_MLFLOW) for name in given):
            return found
        return found | mlflow_variables(listener.address, token) | _experiment(order)

    @cached_property
    def _theirs(self) -> bool:
        """Whether this process was given variables of MLflow's."""
        return any(name.startswith(_OF_MLFLOW) for name in os.environ)

    @cached_property
    def _beside_proxies(self) -> dict[str, str]:
        return beside_proxies(os.environ)

    def _router(self) -> "Router":
        from penstock.endpoint.application import application
        from penstock.endpoint.services import Services

        return application(
            Services(
                store=self._store,
                artifacts=self._artifacts,
                artifacts_root=artifacts_place(self._settings),
                clock=self._clock,
            )
        )


def mlflow_variables(address: str, token: str) -> dict[str, str]:
    """The variables by which MLflow's client finds an endpoint, and prints no link to pages that it does not have."""
    return {
        "MLFLOW_TRACKING_URI": address,
        "MLFLOW_TRACKING_TOKEN": token,
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    }


def beside_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """What keeps clients that follow the variables of proxies from asking one for this machine's own address."""
    if not any(environ.get(name) for name in _PROXIES):
        return {}
    known = [environ[name] for name in ("no_proxy", "NO_PROXY") if environ.get(name)]
    if any(one.strip() in (_LOOPBACK, "*") for text in known for one in text.split(",")):
        return {}
    text = ",".join([*dict.fromkeys(known), _LOOPBACK])
    return {"no_proxy": text, "NO_PROXY": text}


def _experiment(order: WorkOrder) -> dict[str, str]:
    """The experiment that its pipeline is.

    The client is not told which run the task is (`MLFLOW_RUN_ID`): it would look for that on whichever server the code
    names, and would refuse every other experiment. Instead, the first run that a task begins is its own; see
    `endpoint.mlflow.runs`.
    """
    pipeline = order.values.get("pipeline_job_resource_name", "").removesuffix(f"-{order.key.run_id}")
    return {"MLFLOW_EXPERIMENT_NAME": pipeline} if pipeline else {}
