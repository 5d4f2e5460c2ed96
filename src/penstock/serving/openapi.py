"""What an endpoint says of itself in OpenAPI: the routes, the model's own columns, and a row to try."""

from typing import Any

from penstock.models.signature import Column
from penstock.serving.served import Served

_TYPES: dict[str, dict[str, Any]] = {
    "double": {"type": "number"},
    "float": {"type": "number"},
    "long": {"type": "integer", "format": "int64"},
    "integer": {"type": "integer", "format": "int32"},
    "boolean": {"type": "boolean"},
    "string": {"type": "string"},
    "datetime": {"type": "string", "format": "date-time"},
}


def describe(served: Served) -> dict[str, Any]:
    """The document, version 3.1."""
    name = served.name
    row = {"$ref": "#/components/schemas/Row"}
    rows = {"type": "array", "items": row}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{name} {served.version}",
            "version": served.version,
            "description": "Raw rows in, predictions out.",
        },
        "paths": {
            "/predict": _post("Predictions for a list of raw rows", rows, served.example or None),
            "/predict/row": _post("The prediction for one raw row", row, served.example[0] if served.example else None),
            "/invocations": _post("MLflow's protocol", {"type": "object", "properties": {"dataframe_records": rows}}),
            f"/v1/models/{name}:predict": _post("Vertex AI's protocol", _instances(rows)),
            f"/v2/models/{name}/infer": _post("Open Inference Protocol, version 2", {"type": "object"}),
            f"/v2/models/{name}": _get("The model's inputs and outputs"),
            "/health/live": _get("Whether it lives"),
            "/health/ready": _get("Whether it is ready to answer"),
            "/metrics": _get("Figures, as Prometheus reads them"),
        },
        "components": {"schemas": {"Row": _row(served.signature.inputs), "Error": _ERROR}},
    }


def _row(columns: tuple[Column, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {column.name: _column(column) for column in columns},
        "required": [column.name for column in columns if column.required],
    }


def _column(column: Column) -> dict[str, Any]:
    known = _TYPES[column.type]
    return known if column.required else {**known, "type": [known["type"], "null"]}


def _instances(rows: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"instances": rows}, "required": ["instances"]}


_PROBLEM = {
    "type": "object",
    "properties": {
        "row": {"type": "integer"},
        "field": {"type": "string"},
        "expected": {"type": "string"},
        "got": {"type": "string"},
    },
}
_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "hint": {"type": "string"},
                "request_id": {"type": "string"},
                "problems": {"type": "array", "items": _PROBLEM},
            },
            "required": ["message", "request_id"],
        }
    },
    "required": ["error"],
}
_REFUSALS = {
    "400": "The body is not what the model takes",
    "413": "The body is too large",
    "415": "The body is of another kind",
    "422": "The model refuses rows",
}


def _post(summary: str, schema: dict[str, Any], example: Any = None) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schema}
    if example is not None:
        content["example"] = example
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    refusals = {status: {"description": text, "content": error} for status, text in _REFUSALS.items()}
    return {
        "post": {
            "summary": summary,
            "requestBody": {"required": True, "content": {"application/json": content}},
            "responses": {"200": {"description": "Predictions", "content": {"application/json": {}}}, **refusals},
        }
    }


def _get(summary: str) -> dict[str, Any]:
    return {"get": {"summary": summary, "responses": {"200": {"description": "Yes"}}}}
