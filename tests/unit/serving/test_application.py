"""What clients of four protocols ask, and what they are told."""

import asyncio
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from penstock.serving.application import Application
from penstock.serving.served import Served

from .conftest import ROW, Call, ask

OTHER = {"trip miles": None, "year": 2016, "cash": False, "company": "never seen"}


@pytest.fixture(scope="module")
def expected(pipeline: Pipeline) -> tuple[list[str], Any]:
    frame = pd.DataFrame([ROW, OTHER]).astype({"trip miles": float, "company": object})
    return pipeline.predict(frame).tolist(), pipeline.predict_proba(frame)


# --- asking -------------------------------------------------------------------------------------------------


def test_our_own_way(call: Call, expected: Any) -> None:
    reply = call("/predict", [ROW, OTHER])
    assert reply.status == 200
    assert reply.json["predictions"] == expected[0]
    assert reply.json["classes"] == ["big", "small"]
    np.testing.assert_allclose(reply.json["probabilities"], expected[1], atol=1e-6)
    assert (reply.json["model"], reply.json["version"]) == ("tips", "3")
    assert reply.json["request_id"] == reply.headers["x-request-id"]


def test_one_row(call: Call, expected: Any) -> None:
    reply = call("/predict/row", ROW)
    assert reply.json["prediction"] == expected[0][0]
    probabilities = dict(zip(["big", "small"], expected[1][0], strict=True))
    assert reply.json["probabilities"] == pytest.approx(probabilities, abs=1e-6)


def test_vertex(call: Call, expected: Any) -> None:
    for path in ("/v1/models/tips:predict", "/v1/endpoints/tips:predict"):
        reply = call(path, {"instances": [ROW, OTHER], "parameters": {}})
        assert reply.json == {"predictions": expected[0], "deployedModelId": "tips", "modelVersionId": "3"}


@pytest.mark.parametrize(
    "body",
    [
        {
            "dataframe_split": {
                "columns": list(ROW),
                "data": [list(ROW.values()), list(OTHER.values())],
                "index": [0, 1],
            }
        },
        {"dataframe_records": [ROW, OTHER]},
        {"instances": [ROW, OTHER]},
        {"inputs": {name: [ROW[name], OTHER[name]] for name in ROW}},
        {"inputs": {name: [[ROW[name]], [OTHER[name]]] for name in ROW}},
    ],
    ids=["split", "records", "instances", "inputs", "tensors"],
)
def test_mlflow(call: Call, expected: Any, body: Any) -> None:
    assert call("/invocations", body).json == {"predictions": expected[0]}


def test_csv(call: Call, expected: Any) -> None:
    text = '\ufefftrip miles,year,cash,company\n2.5,2014,true,Żółta\n,2016,false,"never\nseen"\n'
    reply = call("/invocations", text.encode(), headers={"Content-Type": "text/csv; charset=utf-8"})
    assert reply.json == {"predictions": expected[0]}


def test_open_inference(call: Call, expected: Any) -> None:
    tensors = [
        {"name": "trip miles", "shape": [2, 1], "datatype": "FP64", "data": [2.5, None]},
        {"name": "year", "shape": [2], "datatype": "INT64", "data": [2014, 2016]},
        {"name": "cash", "shape": [2, 1], "datatype": "BOOL", "data": [[True], [False]]},
        {"name": "company", "shape": [2, 1], "datatype": "BYTES", "data": ["Żółta", "never seen"]},
    ]
    reply = call("/v2/models/tips/infer", {"id": "7", "inputs": tensors})
    assert reply.status == 200, reply.body
    labels, probabilities = reply.json["outputs"]
    assert (labels["datatype"], labels["shape"], labels["data"]) == ("BYTES", [2], expected[0])
    assert probabilities["shape"] == [2, 2]
    np.testing.assert_allclose(np.reshape(probabilities["data"], (2, 2)), expected[1], atol=1e-6)
    assert call("/v2/models/tips", method="GET").json["inputs"][0] == {
        "name": "trip miles",
        "datatype": "FP64",
        "shape": [-1, 1],
    }


def test_no_rows_have_no_predictions(call: Call) -> None:
    assert call("/predict", []).json["predictions"] == []


# --- what goes wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/predict", 7),
        ("/predict/row", []),
        ("/predict/row", [ROW, ROW]),
        ("/predict", [[1]]),
        ("/v1/models/tips:predict", []),
        ("/v1/models/tips:predict", {"instances": {"a": 1}}),
        ("/v1/models/tips:predict", {"instances": [7]}),
        ("/invocations", {}),
        ("/invocations", {"instances": [], "inputs": []}),
        ("/invocations", {"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}),
        ("/invocations", {"dataframe_split": {"columns": ["a", "a"], "data": []}}),
        ("/invocations", {"inputs": {"a": [1], "b": [1, 2]}}),
        ("/v2/models/tips/infer", {}),
        ("/v2/models/tips/infer", {"inputs": [{"name": "year", "shape": [2], "datatype": "INT64", "data": [1]}]}),
        ("/v2/models/tips/infer", {"inputs": [{"name": "year", "shape": [1], "datatype": "INT63", "data": [1]}]}),
        ("/v2/models/tips/infer", {"inputs": [{"name": "year", "shape": [1], "datatype": "INT64", "data": [{}]}]}),
    ],
)
def test_a_body_of_another_form_is_refused_with_what_is_wrong(call: Call, path: str, body: Any) -> None:
    reply = call(path, body)
    assert (reply.status, reply.error["code"]) == (400, "SRV002")
    assert reply.error["problems"]
    assert reply.error["request_id"] == reply.headers["x-request-id"]


def test_an_integer_that_would_lose_digits_is_refused(call: Call) -> None:
    reply = call("/predict", [ROW, {**ROW, "year": 2**53 + 1}])
    assert reply.status == 400
    assert reply.error["problems"] == [
        {"row": 1, "field": "year", "expected": f"an integer of at most {2**53}", "got": str(2**53 + 1)}
    ]
    assert call("/predict", [{**ROW, "year": 10**30}]).status == 400


def test_what_is_too_large_is_refused(call: Call) -> None:
    assert call("/predict", b" " * 100_001).status == 413
    assert call("/predict", b" " * 300_000, parts=20).error["code"] == "SRV003"
    reply = call("/predict", [{"year": 1, "cash": True}] * 501)
    assert (reply.status, reply.error["message"]) == (413, "the number of rows is over the limit of 500")


def test_a_body_may_come_in_parts(call: Call, expected: Any) -> None:
    assert call("/predict", [ROW, OTHER], parts=9).json["predictions"] == expected[0]


def test_paths_methods_and_kinds_of_body_that_are_not_served(call: Call) -> None:
    assert (call("/nothing").status, call("/nothing").error["code"]) == (404, "SRV004")
    reply = call("/predict", method="GET")
    assert (reply.status, reply.headers["allow"]) == (405, "POST")
    reply = call("/predict", b"x", headers={"Content-Type": "application/xml"})
    assert (reply.status, reply.error["code"]) == (415, "SRV006")


def test_rows_that_the_model_itself_refuses_are_named(call: Call) -> None:
    reply = call("/predict", [ROW, {**ROW, "trip miles": 1e308}])  # more than float32 holds
    assert (reply.status, reply.error["code"]) == (422, "SRV007")
    assert reply.error["message"].startswith("the model refuses row 1: ")
    assert reply.error["problems"] == [{"row": 1, "expected": "a row it knows"}]


# --- around it ----------------------------------------------------------------------------------------------


def test_a_request_keeps_the_id_that_it_came_with_unless_it_could_harm_a_log(call: Call) -> None:
    assert call("/ping", method="GET", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    for bad in ("a b", "x" * 129, 'a"', ""):
        given = call("/ping", method="GET", headers={"X-Request-Id": bad}).headers["x-request-id"]
        assert given != bad
    first, second = (call("/ping", method="GET").headers["x-request-id"] for _ in range(2))
    assert first != second


def test_what_was_answered_is_counted(call: Call) -> None:
    call("/predict", [ROW, OTHER])
    call("/invocations", {})
    text = call("/metrics", method="GET").body.decode()
    assert 'penstock_requests_total{model="tips",protocol="penstock",status="200",version="3"} 1.0' in text
    assert 'status="400"' in text
    assert "penstock_open_requests 0.0" in text
    assert 'penstock_request_rows_sum{model="tips",protocol="penstock",version="3"} 2.0' in text


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/v2/health/live", "/v2/health/ready", "/ping"])
def test_it_says_that_it_is_well(call: Call, path: str) -> None:
    assert call(path, method="GET").status == 200


def test_another_version_takes_over_without_a_request_lost(application: Application, served: Served) -> None:
    class Renamed:
        """The same model under another version, which can be told by its answers."""

        def __getattr__(self, name: str) -> Any:
            return "4" if name == "version" else getattr(served, name)

    async def during_load() -> list[Any]:
        first = [asyncio.ensure_future(ask(application, "/predict", [ROW])) for _ in range(20)]
        await asyncio.sleep(0)
        application.served = Renamed()  # type: ignore[assignment]
        then = [asyncio.ensure_future(ask(application, "/predict", [ROW])) for _ in range(20)]
        return await asyncio.gather(*first, *then)

    replies = asyncio.run(during_load())
    assert {reply.status for reply in replies} == {200}
    assert [reply.json["version"] for reply in replies[20:]] == ["4"] * 20


def test_a_model_that_fails_is_told_as_such_and_nothing_of_its_inside(call: Call, served: Served, monkeypatch) -> None:
    def fail(rows: Any) -> None:
        raise RuntimeError("secret path")

    monkeypatch.setattr(served.batcher._runner, "run", fail)
    reply = call("/predict", [ROW])
    assert (reply.status, reply.error["message"]) == (500, "the model failed")
    assert b"secret" not in reply.body
