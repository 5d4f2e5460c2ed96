"""Whatever becomes of the bytes of a package: it opens as it was, or is refused in our words."""

import shutil
import tempfile
import warnings
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from penstock import Model
from penstock.core.errors import PenstockError

ROWS = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]})
edits = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 20),
        st.sampled_from([b"", b'"', b"{", b"[1]", b"null", b"../", b"-1", b"1e999", b"\x80", b"\x00"]),
    ),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = Model(LogisticRegression().fit(ROWS, [0, 0, 1, 1]), data=ROWS)
    return model.save(tmp_path_factory.mktemp("models") / "model")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["penstock/package.json", "MLmodel", "model.skops"]), changes=edits)
def test_damage_is_refused_in_our_words(package: Path, name: str, changes: list[tuple[float, int, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries warn of versions and numbers that were changed
        folder = Path(shutil.copytree(package, Path(place, "model")))
        if name != "penstock/package.json":
            shutil.rmtree(folder / "penstock")
        data = (folder / name).read_bytes()
        for where, length, put in changes:
            at = int(where * len(data))
            data = data[:at] + put + data[at + length :]
        (folder / name).write_bytes(data)
        try:
            model = Model.load(folder)
            assert len(model.predict_proba(ROWS)) == len(ROWS)
            assert (model.signature, model.example, model.profile, model.task, model.classes) is not None
        except PenstockError as error:
            assert error.code  # noqa: PT017 - either way is fine
