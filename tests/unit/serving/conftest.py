"""A model of tips, compiled; an application that serves it, and a client that needs no network."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from penstock.compiled import compile_model, to_float32
from penstock.compiled.model import CompiledModel
from penstock.models.signature import Column, Signature
from penstock.serving.application import Application, Limits
from penstock.serving.running import GraphRunner
from penstock.serving.served import Served

SIGNATURE = Signature(
    inputs=(
        Column(name="trip miles", type="double", required=False),
        Column(name="year", type="long"),
        Column(name="cash", type="boolean"),
        Column(name="company", type="string", required=False),
    )
)
ROW = {"trip miles": 2.5, "year": 2014, "cash": True, "company": "Żółta"}


@pytest.fixture(scope="session")
def rows() -> pd.DataFrame:
    random = np.random.default_rng(0)
    size = 400
    frame = pd.DataFrame(
        {
            "trip miles": random.gamma(2.0, 2.0, size),
            "year": random.integers(2013, 2017, size),
            "cash": random.random(size) < 0.5,
            "company": random.choice(np.array(["Żółta", "Blue", ""], dtype=object), size),
        }
    )
    frame.loc[::7, "trip miles"] = np.nan
    frame["company"] = frame["company"].astype(object)
    frame.loc[::9, "company"] = None
    return frame


@pytest.fixture(scope="session")
def pipeline(rows: pd.DataFrame) -> Pipeline:
    encode = make_column_transformer(
        (SimpleImputer(), ["trip miles"]),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["company"]),
        ("passthrough", ["year", "cash"]),
    )
    big = np.where((rows["trip miles"].fillna(3) > 3) & ~rows["cash"], "big", "small")
    return make_pipeline(encode, to_float32(), LogisticRegression(max_iter=1000)).fit(rows, big)


@pytest.fixture(scope="session")
def graph(pipeline: Pipeline, rows: pd.DataFrame) -> CompiledModel:
    compiled = compile_model(pipeline, rows)
    assert isinstance(compiled, CompiledModel), compiled
    return compiled


@pytest.fixture
def served(graph: CompiledModel) -> Any:
    served = Served("tips", "3", SIGNATURE, GraphRunner(graph, SIGNATURE.inputs))
    yield served
    served.close()


class Reply:
    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body = b"".join(message["body"] for message in messages[1:])

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.json["error"]


Call = Callable[..., Reply]


async def ask(
    application: Application,
    path: str,
    body: Any = None,
    *,
    method: str = "POST",
    parts: int = 1,
    headers: dict[str, str] | None = None,
) -> Reply:
    """What an ASGI server would do with one request. A body that is no bytes is sent as JSON, in so many parts."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    size = -(-len(data) // parts) or 1
    pieces = [data[at : at + size] for at in range(0, len(data), size)] or [b""]
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    given = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": method, "path": path, "headers": given}
    await application(scope, receive, send)
    return Reply(messages)


@pytest.fixture
def application(served: Served) -> Application:
    return Application(served, limits=Limits(body=100_000, rows=500))


@pytest.fixture
def call(application: Application) -> Call:
    return lambda *args, **kwargs: asyncio.run(ask(application, *args, **kwargs))
