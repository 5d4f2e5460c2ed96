"""`penstock profile`: files, folders, tables of the store, and what is none."""

import io
import json

import polars as pl
import pytest

from penstock.cli.app import main
from penstock.profiles import Profile, profile
from support.recorded import put_text
from support.taxi_runs import begin_taxi_run


@pytest.fixture
def said(home, tmp_path, capsys, monkeypatch):
    """What the command prints; its exit code if it is not 0."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = main(["profile", "--home", str(home), *map(str, arguments)])
        out, err = capsys.readouterr()
        return (code, err) if code else out

    return run


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "trips.csv"
    path.write_text("fare,company,名前\n5,Blue,1\n7.5,Blue,1\n12,Red,1\n1,2\n")
    return path


def test_a_csv_file_is_told_column_by_column(said, file):
    text = said(file)
    assert "trips.csv  3 rows, 3 columns" in text
    assert "Blue 66.7 %" in text
    assert "名前: all values are the same: 1" in text
    assert "1 bad row was left out, the first of them in trips.csv, row 5: 2 fields instead of 3" in text


def test_json_holds_the_same_and_files_are_written(said, file, tmp_path):
    found = json.loads(said(file, "--json", "--html", tmp_path / "out.html", "--save", tmp_path / "out.json"))
    assert found["columns"]["fare"]["max"] == 12.0
    assert found["findings"][0]["columns"] == ["名前"]
    assert (tmp_path / "out.html").read_text().startswith("<!doctype html>")
    assert Profile.from_json((tmp_path / "out.json").read_text()).rows == 3


def test_parquet_in_files_and_folders_and_without_an_ending_is_told(said, tmp_path):
    frame = pl.DataFrame({"x": [1, 2, 3]})
    frame.write_parquet(tmp_path / "rows")
    assert "3 rows, 1 column" in said("rows")
    (tmp_path / "t" / "day=1").mkdir(parents=True)
    frame.write_parquet(tmp_path / "t" / "day=1" / "a.parquet")
    assert "day" in said("t")


def test_tables_and_profiles_of_the_store_are_told_by_their_ids(said, store, artifacts):
    frame = pl.DataFrame({"fare": [5.0, 7.5]})
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    run = begin_taxi_run(store)
    rows = run.artifact(
        "train", "rows", "Dataset", put_text(artifacts, "rows.parquet", buffer.getvalue()), kind="table"
    )
    seen = put_text(artifacts, "seen.json", profile(frame).to_json())
    kept = run.artifact("train", "seen", "Artifact", seen, kind="profile")
    model = run.artifact("train", "model", "Model", put_text(artifacts, "model.bin", "weights"))
    run.starts("train", 1.0)
    run.succeeds("train", 2.0, artifacts={"model": model, "rows": rows, "seen": kept})
    assert "rows  2 rows, 1 column" in said(rows.artifact_id)
    assert "seen  2 rows, 1 column" in said(kept.artifact_id)
    code, error = said(model.artifact_id)
    assert code == 2
    assert "is no table: it is of type Model" in error


def test_what_cannot_be_profiled_is_told(said, file, tmp_path):
    for arguments, reason in [
        (["absent.csv"], "there is no such file or folder [CMT001]"),
        (["no-such-id"], "there is no artifact 'no-such-id'"),
        ([file, "--target", "fair"], "did you mean 'fare'?"),
        ([file, "--html", tmp_path / "no" / "out.html"], "its folder does not exist"),
        ([tmp_path], "CMT00"),
    ]:
        file.unlink() if arguments == [tmp_path] else None
        code, error = said(*arguments)
        assert (code, reason in error) == (2, True), error


def test_an_empty_file_and_one_of_a_header_are_told(said, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    code, error = said("empty.csv")
    assert code == 2
    assert "it is empty" in error
    (tmp_path / "head.csv").write_text("a,b\n")
    assert "the table has no rows" in said("head.csv")


def test_a_stored_profile_is_shown_as_a_table(home, store, artifacts, capsys):
    frame = pl.DataFrame({"fare": [5.0, 7.5], "company": ["Blue", "Red"]})
    run = begin_taxi_run(store)
    seen = put_text(artifacts, "seen.json", profile(frame).to_json())
    kept = run.artifact("train", "seen", "Artifact", seen, kind="profile")
    run.starts("train", 1.0)
    run.succeeds("train", 2.0, artifacts={"seen": kept})
    assert main(["artifacts", "show", "--home", str(home), kept.artifact_id]) == 0
    text = capsys.readouterr().out
    assert "most frequent" in text
    assert "Blue, Red" in text
    assert "distribution" not in text
