"""A spool is read in parts, while it grows and when it is whole; what makes no sense in it is counted."""

import math
import os
import tempfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.client.tracking import log_metrics, log_params, log_tags
from penstock.client.variables import TRACKING_FILE
from penstock.core.ids import TaskPath
from penstock.engine import spool as reading
from penstock.engine.spool import Spool
from penstock.metadata.tracking import Metric

BEGAN = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "tracking.jsonl"


@pytest.fixture
def spool(file):
    return Spool(str(file), TaskPath("train"), 2, BEGAN)


def append(file, text: str | bytes) -> None:
    with file.open("ab") as stream:
        stream.write(text.encode() if isinstance(text, str) else text)


def point(step: int, value: float = 0.5) -> str:
    return f'{{"at":{step},"step":{step},"metrics":{{"loss":{value}}}}}\n'


def steps(parts) -> list[int]:
    return [metric.step for part in parts for metric in part.metrics]


def test_where_there_is_no_file_nothing_was_logged(spool):
    assert list(spool.read(whole=False)) == list(spool.read(whole=True)) == []


def test_each_line_is_read_once(file, spool):
    append(file, point(1) + point(2))
    (part,) = spool.read(whole=False)
    assert (part.path, part.attempt) == ("train", 2)
    assert part.metrics == [Metric("loss", 0.5, 1, 1), Metric("loss", 0.5, 2, 2)]
    assert list(spool.read(whole=False)) == []
    append(file, point(3))
    assert steps(spool.read(whole=False)) == [3]
    assert list(spool.read(whole=True)) == []


def test_half_a_line_waits_for_its_other_half(file, spool):
    append(file, point(1) + point(2)[:20])
    assert steps(spool.read(whole=False)) == [1]
    assert list(spool.read(whole=False)) == []
    append(file, point(2)[20:])
    assert steps(spool.read(whole=False)) == [2]


def test_half_a_line_at_the_end_is_lost_and_that_is_told(file, spool):
    append(file, point(1) + point(2)[:20])
    (part, rest) = spool.read(whole=True)
    assert steps([part, rest]) == [1]
    assert rest.tags == {"penstock.lost_lines": "1"}


def test_a_last_line_without_its_end_counts_if_it_is_whole(file, spool):
    append(file, point(1).rstrip())
    assert list(spool.read(whole=False)) == []
    assert steps(spool.read(whole=True)) == [1]


def test_numbers_that_json_has_not_are_texts(file, spool):
    append(file, '{"at":1,"metrics":{"a":"nan","b":"inf","c":"-inf","d":1}}\n')
    (part,) = spool.read(whole=False)
    assert [(metric.key, repr(metric.value)) for metric in part.metrics] == [
        ("a", repr(math.nan)),
        ("b", "inf"),
        ("c", "-inf"),
        ("d", "1.0"),
    ]


def test_lines_that_say_not_when_are_as_old_as_the_attempt_and_in_order(file, spool):
    append(file, '{"metrics":{"a":1}}\n{"metrics":{"a":2}}\n')
    (part,) = spool.read(whole=False)
    assert [metric.at for metric in part.metrics] == [1_000_000, 1_000_020]
    (again,) = Spool(str(file), TaskPath("train"), 2, BEGAN).read(whole=True)
    assert again.metrics == part.metrics


def test_parameters_keep_their_first_value_and_tags_their_last(file, spool):
    append(file, '{"params":{"depth":"6","rate":0.1,"on":true}}\n{"params":{"depth":"8","rate":"0.1"}}\n')
    append(file, '{"tags":{"a":"1"}}\n{"tags":{"a":"2","n":null}}\n')
    (part,) = spool.read(whole=False)
    assert part.params == {"depth": "6", "rate": "0.1", "on": "true"}
    assert part.tags == {"a": "2", "n": "null", "penstock.refused.depth": "8"}


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[1]",
        '{"metrics":{"a":"high"}}',
        '{"metrics":{"a":null}}',
        '{"metrics":{"a":[1]}}',
        '{"metrics":{"a":1},"step":1.5}',
        '{"metrics":{"a":1},"step":99999999999999999999}',
        '{"metrics":{"a":1},"at":99999999999999999999}',
        '{"metrics":{"":1}}',
        '{"metrics":{"a\\nb":1}}',
        '{"metrics":{"' + "x" * 251 + '":1}}',
        '{"params":{"a":"' + "x" * 6_001 + '"}}',
        '{"params":{"a":{"b":1}}}',
        '{"tags":{"a":"\\u0000"}}',
        '{"tags":{"\\ud800":"1"}}',
        b'{"tags":{"\xff":"1"}}',
        b"\x00\x00\x00",
    ],
)
def test_a_line_that_makes_no_sense_is_counted_and_the_others_are_read(file, spool, line):
    append(file, point(1))
    append(file, line)
    append(file, "\n\n" + point(2))
    (part,) = spool.read(whole=False)
    assert steps([part]) == [1, 2]
    assert part.tags == {"penstock.lost_lines": "1"}
    append(file, "again\n")
    (part,) = spool.read(whole=True)
    assert part.tags == {"penstock.lost_lines": "2"}


def test_a_long_file_comes_in_parts_and_a_long_line_as_a_whole(file, spool, monkeypatch):
    monkeypatch.setattr(reading, "_CHUNK", 256)
    long = '{"at":7,"metrics":{' + ",".join(f'"m{number}":{number}' for number in range(500)) + "}}\n"
    append(file, "".join(map(point, range(100))) + long + point(100))
    parts = list(spool.read(whole=False))
    assert len(parts) > 10
    assert sorted(steps(parts)) == sorted([*range(101), *[0] * 500])
    assert sum(len(part.metrics) for part in parts) == 601


def test_a_line_without_an_end_is_given_up_when_it_is_too_long(file, spool, monkeypatch):
    monkeypatch.setattr(reading, "_CHUNK", 64)
    monkeypatch.setattr(reading, "_LONGEST_LINE", 512)
    append(file, "x" * 3_000 + "\n" + point(1))
    parts = list(spool.read(whole=False))
    assert steps(parts) == [1]
    assert int(parts[-1].tags.get("penstock.lost_lines") or parts[-2].tags["penstock.lost_lines"]) >= 1


def test_what_a_task_puts_in_that_place_does_no_harm(file, spool, tmp_path):
    os.mkfifo(file)
    assert list(spool.read(whole=True)) == []
    file.unlink()
    file.mkdir()
    assert list(spool.read(whole=True)) == []
    file.rmdir()
    (tmp_path / "other").write_text(point(1))
    file.symlink_to(tmp_path / "other")
    assert list(spool.read(whole=True)) == []


def test_a_file_that_was_cut_short_gives_what_comes_behind(file, spool):
    append(file, point(1) + point(2))
    assert steps(spool.read(whole=False)) == [1, 2]
    file.write_text("")
    assert list(spool.read(whole=False)) == []


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=250).filter(str.strip)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=100)


@given(
    st.dictionaries(NAMES, st.floats(), min_size=1, max_size=5),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.dictionaries(NAMES, TEXTS, max_size=3),
)
def test_whatever_a_task_may_log_is_read_as_it_was_logged(metrics, step, texts):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        file = f"{folder}/tracking.jsonl"
        patch.setenv(TRACKING_FILE, file)
        log_metrics(metrics, step)
        log_params(texts)
        log_tags(texts)
        (part,) = Spool(file, TaskPath("train"), 1, BEGAN).read(whole=False)
    assert [(one.key, repr(one.value), one.step) for one in part.metrics] == [
        (name, repr(value), step) for name, value in metrics.items()
    ]
    assert part.params == part.tags == texts
