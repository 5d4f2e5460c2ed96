"""The card of a version that was trained and evaluated by a pipeline."""

import re

import pytest

from penstock.artifacts import ArtifactStore
from penstock.core.ids import Digest
from penstock.evaluation import Estimate, Evaluation
from penstock.evaluation.parts import Slice
from penstock.metadata import MetadataStore
from penstock.metadata.records import CacheKey, Changes, EventType
from penstock.metadata.registry import ModelVersion
from penstock.platform.card import Card, card_markdown, card_page, model_card
from penstock.registry import ModelRegistry
from penstock.testing.clock import FakeClock
from penstock.testing.store_cases.samples import an_artifact, an_event, an_execution, started

EVALUATION = Evaluation(
    task="regression",
    target="fare",
    rows=200,
    skipped=0,
    metrics={"mae": Estimate(2.5, 2.25, 2.75), "rmse": Estimate(4.0)},
    slices=[Slice(column="city | <b>", value="日本", rows=40, small=False, worse=True, metrics={"mae": Estimate(9.0)})],
    notes=["Few rows."],
    resamples=100,
)


@pytest.fixture
def version(store: MetadataStore, artifacts: ArtifactStore) -> ModelVersion:
    """A model that the task `train` made of `rows`, and the task `judge` has judged."""
    folder = artifacts.staging() / "model"
    folder.mkdir()
    (folder / "MLmodel").write_text("flavors: {}\n")
    model = artifacts.put(folder, "model")
    file = artifacts.staging() / "evaluation.json"
    file.write_text(EVALUATION.to_json())
    judged = artifacts.put(file, "evaluation.json")
    file = artifacts.staging() / "verdict.json"
    file.write_text(
        '{"passed": true, "rows": 200, "champion": "fares/7", "notes": ["Close."], "figures": {"latency": 0.0125},'
        ' "checks": [{"name": "mae", "passed": true, "reason": "2.5 is at most 3"}]}'
    )
    verdict = artifacts.put(file, "verdict.json")
    made = [
        an_artifact("rows", name="rows", size=1200, metadata={"rows": 1000, "columns": ["a", "b"]}),
        an_artifact("model", name="model", type="system.Model", uri=model.uri, digest=Digest(model.digest)),
        an_artifact("gate", type="system.Artifact", uri=verdict.uri, metadata={"kind": "verdict"}),
        an_artifact("judged", type="system.Metrics", uri=judged.uri, metadata={"kind": "evaluation"}),
    ]
    key = CacheKey(parts={"code:features.py:clean": "ab"})
    changes = Changes(
        executions=[an_execution("train", key=key), an_execution("judge"), an_execution("gate")],
        artifacts=made,
        events=[
            an_event("rows", "train", type=EventType.INPUT),
            an_event("model", "train", name="model"),
            an_event("model", "judge", type=EventType.INPUT, name="model"),
            an_event("judged", "judge", name="Output"),
            an_event("model", "gate", type=EventType.INPUT, name="model"),
            an_event("gate", "gate", name="Output"),
        ],
    )
    store.commit(started(store, parameters={"depth": 3}, source="pipeline.py:taxi"), changes)
    registry = ModelRegistry(store, artifacts, FakeClock())
    version = registry.register("fares", made[1], by="ada", tags={"team": "pricing"})
    registry.promote("fares", 1, by="bob", reason="better", evidence={"mae": 2.5})
    return version


@pytest.fixture
def card(store: MetadataStore, artifacts: ArtifactStore, version: ModelVersion) -> Card:
    return model_card(store, artifacts, version)


def test_it_says_how_good_from_what_by_whom(card: Card) -> None:
    text = card_markdown(card)
    assert text.startswith("# fares/1\n\nREADY, @champion, registered ")
    for line in (
        "| MAE | 2.500 (2.250 to 2.750) |",
        "| city \\| \\<b\\> = 日本 | 40 | 9.000 |  | worse |",
        "- Few rows.",
        "| rows | Dataset | 1,000 | 2 | 1.2 kB |  |",
        "- parameter depth: 3",
        "| train | r1 |  | features.py:clean |",
        "- team: pricing",
        "The verdict: passed, by 200 rows, beside fares/7.",
        "| passed | mae | 2.5 is at most 3 |",
        "- latency: 0.0125",
    ):
        assert line in text.replace("mean absolute error", "MAE").replace("Mean absolute error", "MAE"), line
    assert re.search(r"champion \| promoted \| none \| 1 \| bob \| better \| \{.*mae.*2\.5\}", text)


def test_the_page_shows_text_as_text_and_fetches_nothing(card: Card) -> None:
    page = card_page(card)
    assert "city | &lt;b&gt; = 日本" in page
    assert "<script" not in page
    assert re.findall(r"""(?:src|href)=["'](?!#)[^"']*""", page) == []
    assert page.count("<svg") == len(EVALUATION.figures)
    assert card.headline == {
        "Mean absolute error": ("2.500", "2.250 to 2.750"),
        "Root mean squared error": ("4.000", ""),
    }


def test_the_same_record_gives_the_same_card(card: Card) -> None:
    assert card_page(card) == card_page(card)


def test_files_that_are_gone_are_told_and_the_rest_stays(
    store: MetadataStore, artifacts: ArtifactStore, version: ModelVersion
) -> None:
    artifacts.discard(version.uri)
    text = card_markdown(model_card(store, artifacts, version))
    assert "- the files of fares/1 are gone: there is nothing at" in text.replace("\\", "")
    assert "2.500 (2.250 to 2.750)" in text
