"""Arguments from the command line and from files."""

from pathlib import Path

import pytest

from penstock.cli.errors import ParameterFileUnreadable, ParameterUnknown, ParameterUnreadable
from penstock.cli.parameters import read_arguments
from penstock.ir.spec import ComponentInputs, ComponentSpec, InputArtifact, InputParameter, PipelineInfo, PipelineSpec

PIPELINE = PipelineSpec(
    pipeline_info=PipelineInfo(name="taxi"),
    root=ComponentSpec(
        input_definitions=ComponentInputs(
            parameters={
                "depth": InputParameter(parameter_type="NUMBER_INTEGER"),
                "learning_rate": InputParameter(parameter_type="NUMBER_DOUBLE"),
                "name": InputParameter(parameter_type="STRING"),
                "quick": InputParameter(parameter_type="BOOLEAN"),
                "columns": InputParameter(parameter_type="LIST"),
                "options": InputParameter(parameter_type="STRUCT"),
            },
            artifacts={"trips": InputArtifact()},
        )
    ),
)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("depth=3", 3),
        ("depth= -3 ", -3),
        ("learning_rate=0.05", 0.05),
        ("learning_rate=1e-3", 0.001),
        ("learning_rate=2", 2),
        ("name=a=b", "a=b"),
        ("name=", ""),
        ("name= 7 ", " 7 "),
        ("quick=true", True),
        ("quick=No", False),
        ('columns=["a", 1]', ["a", 1]),
        ('options={"a": {"b": null}}', {"a": {"b": None}}),
        ("trips=data/trips.csv", Path("data/trips.csv")),
    ],
)
def test_text_is_read_as_the_type_that_the_pipeline_declares(given: str, value: object) -> None:
    (found,) = read_arguments(PIPELINE, None, [given]).values()
    assert found == value
    assert type(found) is type(value) or isinstance(value, Path)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("depth=deep", "cannot read `--param depth=deep` as a whole number"),
        ("depth=1.5", "as a whole number"),
        ("learning_rate=fast", "as a number"),
        ("quick=maybe", "as true or false"),
        ("columns={}", "as a JSON list"),
        ("options=[1", "as a JSON object"),
        ("depth", "as a name and a value"),
        ("=3", "as a name and a value"),
    ],
)
def test_text_that_is_not_of_its_type_is_refused_with_an_example(given: str, message: str) -> None:
    with pytest.raises(ParameterUnreadable, match=message) as caught:
        read_arguments(PIPELINE, None, [given])
    assert "for example `--param " in str(caught.value)


def test_an_unknown_name_is_answered_with_the_closest_one() -> None:
    with pytest.raises(ParameterUnknown, match="did you mean `learning_rate`"):
        read_arguments(PIPELINE, None, ["learning_rat=1"])


def test_a_file_gives_many_and_the_command_line_goes_before_it(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("depth: 3\nname: 2026-11-21\nlearning_rate: 1e-3\ntrips: a.csv\n")
    assert read_arguments(PIPELINE, file, ["depth=5"]) == {
        "depth": 5,
        "name": "2026-11-21",
        "learning_rate": 0.001,
        "trips": Path("a.csv"),
    }


def test_a_json_file_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "values.json"
    file.write_text('{"depth": 3, "columns": ["a"], "quick": null}')
    assert read_arguments(PIPELINE, file, []) == {"depth": 3, "columns": ["a"], "quick": None}


def test_an_empty_file_gives_nothing(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("# nothing yet\n")
    assert read_arguments(PIPELINE, file, []) == {}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("v.yaml", "- 1\n", "it does not map names to values"),
        ("v.yaml", "3: 4\n", "it does not map names to values"),
        ("v.yaml", "a: [1\n", "cannot read parameters from"),
        ("v.json", "{", "cannot read parameters from"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ParameterFileUnreadable, match=message):
        read_arguments(PIPELINE, tmp_path / name, [])


def test_a_file_that_is_missing_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yaml", tmp_path):
        with pytest.raises(ParameterFileUnreadable, match=r"No such file|Is a directory"):
            read_arguments(PIPELINE, path, [])


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ParameterFileUnreadable, match="not text in UTF-8"):
        read_arguments(PIPELINE, tmp_path / "v.yaml", [])


def test_a_name_in_a_file_is_checked_like_one_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_text("dept: 3\n")
    with pytest.raises(ParameterUnknown, match="did you mean `depth`"):
        read_arguments(PIPELINE, tmp_path / "v.yaml", [])
