"""A person serves a model, asks it, and stops it."""

import json
import signal
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from penstock import Model
from support.projects import Project

ROWS = pd.DataFrame({"miles": [1.0, 2.0, 3.0, 4.0] * 10, "Stunde": [1, 2, 3, 4] * 10})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    model = LogisticRegression().fit(ROWS, ROWS["miles"] > 2)
    Model(model, data=ROWS).save(tmp_path / "tips")
    return project


def post(url: str, body: Any) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_a_model_is_served_asked_and_stopped(project: Project) -> None:
    with project.start("serve", "tips", "--port", "0") as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(3)]
        url = said[0].split()[-1]
        assert said[0].startswith("serving tips 0  http://127.0.0.1:")
        assert f"curl {url}/predict/row" in said[1]
        row = {"miles": 4, "Stunde": 4}
        answer = post(f"{url}/predict/row", row)
        assert (answer["prediction"], answer["model"]) == (True, "tips")
        assert post(f"{url}/v1/models/tips:predict", {"instances": [row]})["predictions"] == [True]
        with pytest.raises(urllib.error.HTTPError) as refused:
            post(f"{url}/predict", [{"miles": "far"}])
        assert "row 0, 'miles': expected a number, got the text 'far'" in json.load(refused.value)["error"]["message"]
        refused.value.close()
        with urllib.request.urlopen(f"{url}/openapi.json", timeout=30) as document:
            assert json.load(document)["components"]["schemas"]["Row"]["required"] == ["miles", "Stunde"]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def test_what_cannot_be_served_is_refused(project: Project) -> None:
    ended = project.penstock("serve", "nobody@champion")
    assert ended.code == 2
    assert "no registered model 'nobody'" in ended.err
    ended = project.penstock("serve", ".")
    assert (ended.code, "MOD021" in ended.err) == (2, True)
    with project.start("serve", "tips", "--port", "0") as process:
        assert process.stdout is not None
        port = process.stdout.readline().rpartition(":")[2].strip()
        ended = project.penstock("serve", "tips", "--port", port)
        assert (ended.code, f"cannot listen on port {port}" in ended.err) == (2, True)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
