"""Settings: where each comes from, what is refused, and that the documentation has them all."""

import re
from pathlib import Path

import msgspec
import pytest

from penstock.core.settings import Settings, settings_table
from penstock.platform.settings import SettingInvalid, SettingUnknown, load_settings

PAGE = Path(__file__).parents[3] / "docs/reference/settings.md"


def test_an_option_goes_before_the_environment_and_that_before_the_default(tmp_path: Path) -> None:
    environ = {"PENSTOCK_MAX_PARALLEL": "3", "PENSTOCK_EXECUTOR": "inline"}
    settings = load_settings(environ, tmp_path, max_parallel=5)
    assert (settings.max_parallel, settings.executor, settings.durability) == (5, "inline", "full")


def test_an_override_of_none_and_an_empty_variable_count_as_not_given(tmp_path: Path) -> None:
    assert load_settings({"PENSTOCK_EXECUTOR": ""}, tmp_path, max_parallel=None) == load_settings({}, tmp_path)


@pytest.mark.parametrize(
    ("variable", "text", "message"),
    [
        ("PENSTOCK_MAX_PARALLEL", "many", r"`max_parallel` cannot be 'many' \(from PENSTOCK_MAX_PARALLEL\)"),
        ("PENSTOCK_MAX_PARALLEL", "0", "it takes a whole number, 1 or more"),
        ("PENSTOCK_EXECUTOR", "proces", "it takes `process` or `inline`"),
        ("PENSTOCK_DURABILITY", "none", "it takes `full` or `normal`"),
        ("PENSTOCK_COLOR", "red", "it takes `auto` or `always` or `never`"),
        ("PENSTOCK_HOME", " ", "it takes a folder"),
        ("PENSTOCK_STORE", " ", "it takes a path or a URL"),
        ("PENSTOCK_PATIENCE", "-1", "it takes a whole number, 0 or more"),
    ],
)
def test_a_value_that_is_not_allowed_names_the_setting_and_its_source(
    tmp_path: Path, variable: str, text: str, message: str
) -> None:
    with pytest.raises(SettingInvalid, match=message):
        load_settings({variable: text}, tmp_path)


def test_an_override_is_checked_like_text() -> None:
    with pytest.raises(SettingInvalid, match="given as `max_parallel`"):
        load_settings({}, Path("/"), max_parallel=0)
    with pytest.raises(SettingInvalid, match="given as `max_parallel`"):
        load_settings({}, Path("/"), max_parallel=True)


def test_an_unknown_setting_is_answered_with_the_closest_one(tmp_path: Path) -> None:
    with pytest.raises(SettingUnknown, match="did you mean `max_parallel`"):
        load_settings({}, tmp_path, max_paralel=3)


def test_the_home_lies_beside_the_nearest_pyproject(tmp_path: Path) -> None:
    inner = tmp_path / "project" / "src" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "project" / "pyproject.toml").touch()
    assert load_settings({}, inner).home == tmp_path / "project" / ".penstock"


def test_without_a_project_the_home_is_in_the_users_data_folder(tmp_path: Path) -> None:
    assert load_settings({"XDG_DATA_HOME": "/data"}, tmp_path).home == Path("/data/penstock")
    assert load_settings({"HOME": "/home/me"}, tmp_path).home == Path("/home/me/.local/share/penstock")
    assert load_settings({"HOME": "/home/me", "XDG_DATA_HOME": "not/absolute"}, tmp_path).home == Path(
        "/home/me/.local/share/penstock"
    )


def test_a_home_that_is_given_is_meant_from_the_working_directory(tmp_path: Path) -> None:
    assert load_settings({"PENSTOCK_HOME": "state"}, tmp_path).home == tmp_path / "state"
    assert load_settings({"PENSTOCK_HOME": "state"}, tmp_path, home=Path("/else")).home == Path("/else")


def test_a_tilde_is_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert load_settings({}, tmp_path, home=Path("~/state")).home == Path("/home/me/state")
    assert load_settings({"PENSTOCK_HOME": "~/state"}, tmp_path).home == Path("/home/me/state")


def test_no_color_is_respected_unless_color_is_set(tmp_path: Path) -> None:
    assert load_settings({"NO_COLOR": "1"}, tmp_path).color == "never"
    assert load_settings({"NO_COLOR": "1", "PENSTOCK_COLOR": "always"}, tmp_path).color == "always"


def test_fault_points_are_listed_by_comma(tmp_path: Path) -> None:
    settings = load_settings({"PENSTOCK_FAULTS": "engine.before_commit:2, engine.after_start"}, tmp_path)
    assert settings.faults == ("engine.before_commit:2", "engine.after_start")


def test_the_table_has_every_field_with_its_default() -> None:
    rows = {row.name: row.default for row in settings_table()}
    assert rows == {field.name: field.default for field in msgspec.structs.fields(Settings)}


def test_every_setting_is_documented_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| `(\w+)` \| `(PENSTOCK_\w+)` \|", page, re.MULTILINE))
    assert documented == {row.name: row.variable for row in settings_table() if not row.hidden}
    assert all(str(row.default) in page for row in settings_table() if isinstance(row.default, str))


def test_a_place_that_is_a_path_is_meant_from_the_working_directory_and_a_url_is_kept(tmp_path: Path) -> None:
    settings = load_settings({"PENSTOCK_STORE": "runs.db", "PENSTOCK_ARTIFACTS": "s3://bucket/prefix"}, tmp_path)
    assert (settings.store, settings.artifacts) == (str(tmp_path / "runs.db"), "s3://bucket/prefix")
