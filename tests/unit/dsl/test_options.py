"""Options check themselves."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.dsl import Cache, Options, Retry
from penstock.dsl.durations import parse_duration, parse_memory
from penstock.dsl.options import BadOption


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10m", 600), ("1h30m", 5400), ("1 h 30 m", 5400), ("500ms", 0.5), ("2d", 172800), (90, 90), (0.5, 0.5)],
)
def test_durations_are_read_as_people_write_them(text: str | float, seconds: float) -> None:
    assert parse_duration(text) == seconds


def test_a_timedelta_is_a_duration() -> None:
    assert parse_duration(timedelta(minutes=2)) == 120


@pytest.mark.parametrize("text", ["", "soon", "10", "10x", "m", "-5s", -1, True, float("inf"), float("nan"), None])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it "):
        parse_duration(text)


@given(st.integers(0, 10**6), st.integers(0, 59), st.integers(0, 59))
def test_parts_of_a_duration_add_up(hours: int, minutes: int, seconds: int) -> None:
    assert parse_duration(f"{hours}h{minutes}m{seconds}s") == hours * 3600 + minutes * 60 + seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1G", 10**9),
        ("1.5G", 15 * 10**8),
        ("512Mi", 512 << 20),
        ("1Ti", 1 << 40),
        ("2K", 2000),
        ("17", 17),
        (4096, 4096),
    ],
)
def test_memory_is_read_as_kubernetes_does(text: str | int, size: int) -> None:
    assert parse_memory(text) == size


@pytest.mark.parametrize("text", ["", "1GB", "one", "-1G", "0", 0, -3, True, 1.5, None])
def test_what_is_no_memory_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it "):
        parse_memory(text)


def test_wrong_options_are_refused_where_they_are_written() -> None:
    with pytest.raises(BadOption, match=r"option `retries` is -1: it must be a whole number from 0 on \[CMP006\]"):
        Retry(-1)
    with pytest.raises(BadOption, match=r"option `retries.backoff` is 'soon'"):
        Retry(1, backoff="soon")
    with pytest.raises(BadOption, match=r"option `cpu` is 0"):
        Options(cpu=0)


def test_each_wrong_option_is_found_and_the_right_ones_are_kept() -> None:
    options, problems = Options().changed({"memory": "1X", "cpu": 2, "gpus": 1, "cache": "no", "timeout": 0})
    assert options == Options(cpu=2)
    assert [one.option for one in problems] == ["memory", "gpus", "cache", "timeout"]
    assert problems[1].hint() == "did you mean `gpu`?"


def test_options_cannot_be_changed_from_outside() -> None:
    env = {"A": "1"}
    options = Options(env=env, requirements=["polars"])
    env["A"] = "2"
    assert options.env == {"A": "1"}
    assert options.requirements == ("polars",)
    with pytest.raises(AttributeError, match="cannot assign"):
        options.cpu = 3  # type: ignore[misc]


def test_secrets_are_variables_or_folders() -> None:
    options = Options(secrets={"PASSWORD": "my-db/pass_word.txt", "/etc/db": "my-db"})
    assert options.secrets == {"PASSWORD": "my-db/pass_word.txt", "/etc/db": "my-db"}


@pytest.mark.parametrize(
    ("secrets", "reason"),
    [
        ("database/password", "it must map variables or folders to secrets"),
        ({"PASSWORD": 5}, "it must map variables or folders to secrets"),
        ({"PASSWORD": "database"}, "'database' does not say which key of the secret"),
        ({"PASSWORD": "database/a/b"}, "'database/a/b' does not say which key"),
        ({"PASSWORD": "DB/key"}, "'DB' is no name of a secret"),
        ({"PASSWORD": "../x/key"}, r"'\.\.' is no name of a secret"),
        ({"PASS WORD": "db/key"}, "'PASS WORD' is neither a variable nor an absolute folder"),
        ({"etc/db": "db/key"}, "'etc/db' is neither a variable nor an absolute folder"),
        ({"/etc/db": "db/key"}, "the folder '/etc/db' takes a whole secret"),
    ],
)
def test_what_names_no_secret_is_refused(secrets: Any, reason: str) -> None:
    with pytest.raises(BadOption, match=rf"option `secrets` is .*: {reason}"):
        Options(secrets=secrets)


def test_caching_is_on_off_or_told_in_full() -> None:
    assert Options().caching == Cache()
    assert Options(cache=False).caching is None
    told = Cache(version="2026-05", fresh_for=timedelta(hours=6))
    assert Options(cache=told).caching is told
    assert told.fresh_seconds == 21600
    assert Cache().fresh_seconds is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"version": 3}, "it must be text"),
        ({"version": " "}, "it must be text"),
        ({"key": ""}, "it must be text"),
        ({"fresh_for": "soon"}, "no length of time"),
        ({"fresh_for": 0}, "no result is that young"),
        ({"fresh_for": -1}, "must not be negative"),
        ({"key": "a", "version": "b"}, "`key` stands for all"),
    ],
)
def test_a_wrong_cache_is_refused_where_it_is_written(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(BadOption, match=said):
        Cache(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["6h", None, 1])
def test_what_is_no_way_of_caching_is_refused(wrong: object) -> None:
    with pytest.raises(BadOption, match="True, False or a `Cache`"):
        Options(cache=wrong)  # type: ignore[arg-type]
