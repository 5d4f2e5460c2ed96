"""Our own corpus through the real command: every feature of Kubeflow's, compiled by several releases of its SDK.

All components run with one `kfp`, so that one environment serves them; to make it for the first time takes the package
index, or the cache of uv. Each release is a test of its own.
"""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.projects import Project

HERE = Path(__file__).parent
RELEASES = sorted(
    (folder.name for folder in (HERE / "compiled").iterdir()), key=lambda name: [int(part) for part in name.split(".")]
)
KFP = "2.17.0"
"""What all components run with."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a web server on this machine, for importers."""
    files = tmp_path / "served"
    files.mkdir()
    (files / "data.txt").write_text("over http")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(files))) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where environments are made; shared by all workers of this session of tests."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if base.name.startswith("popen-") else base) / "conformance-home"


def chosen(release: str) -> list[Path]:
    """All pipelines of the oldest and the newest release, and of those between each a share, to save time."""
    files = sorted((HERE / "compiled" / release).glob("*.yaml"))
    number = RELEASES.index(release)
    between = len(RELEASES) - 2
    return files if number in (0, len(RELEASES) - 1) else files[number % between :: between]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("release", RELEASES)
def test_every_pipeline_comes_out_as_it_should(release: str, tmp_path: Path, home: Path, server: str) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    files = chosen(release)
    for file in files:
        (corpus / file.name).symlink_to(file)
    expected = yaml.safe_load((HERE / "corpus.expect.yaml").read_text().replace("@SERVER@", server))["pipelines"]
    kept = {name: value for name, value in expected.items() if (corpus / name).exists()}
    (tmp_path / "corpus.expect.yaml").write_text(yaml.safe_dump({"pipelines": kept}))
    project = Project(tmp_path)
    ended = project.penstock(
        *("conformance", "corpus", "--expect", "corpus.expect.yaml", "--host-commands", "--kfp", KFP, "--json"),
        *("--time-limit", "120", "--home", str(home)),
        timeout=600,
    )
    reported = json.loads(ended.out)
    wrong = [one for one in reported["pipelines"] if not one["as_expected"]]
    assert not wrong, ended.err
    assert ended.code == 0
    assert len(reported["pipelines"]) == len(files) > 5


def test_every_release_and_every_pipeline_is_compiled() -> None:
    sources = {file.stem for file in (HERE / "pipelines").glob("*.py")}
    assert {file.stem for file in (HERE / "compiled").glob("*/*.yaml")} == sources
    assert {file.stem for file in (HERE / "compiled" / RELEASES[-1]).glob("*.yaml")} == sources
