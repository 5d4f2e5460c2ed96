"""Names of objects, whatever people call things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.artifacts.names import ObjectName, local_path, parse_place, safe_name
from penstock.core.ids import Digest

DIGEST = Digest("sha256:" + "ab" * 32)


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_name_becomes_one_part_of_a_path_and_stays_so(name: str) -> None:
    safe = safe_name(name)
    assert safe not in ("", ".", "..")
    assert "/" not in safe
    assert "\0" not in safe
    assert len(safe.encode()) <= 200
    assert safe_name(safe) == safe


@given(st.text(max_size=300))
def test_a_place_leads_back_to_its_object(name: str) -> None:
    known = ObjectName(DIGEST, safe_name(name))
    assert parse_place(known.place) == known


@pytest.mark.parametrize("name", ["rows.parquet", "a b.txt", "it's.txt", "😀", ".hidden", "..x", "~", "-rf", "100%"])
def test_ordinary_and_odd_names_are_kept(name: str) -> None:
    assert safe_name(name) == name


def test_long_names_keep_their_ending_and_stay_apart() -> None:
    first, second = safe_name("x" * 300 + "1.parquet"), safe_name("x" * 300 + "2.parquet")
    assert first.endswith(".parquet")
    assert first != second


@pytest.mark.parametrize(
    "place",
    [
        "",
        "objects",
        f"objects/ab/{'ab' * 32}",
        f"objects/ab/{'ab' * 32}/",
        f"objects/ab/{'ab' * 32}/..",
        f"objects/ab/{'ab' * 32}/x/y",
        f"objects/cd/{'ab' * 32}/x",
        f"objects/ab/{'AB' * 32}/x",
        f"objects/ab/{'ab' * 31}/x",
        f"tmp/ab/{'ab' * 32}/x",
        f"/objects/ab/{'ab' * 32}/x",
    ],
)
def test_other_places_hold_no_object(place: str) -> None:
    assert parse_place(place) is None


def test_file_urls_are_paths() -> None:
    assert local_path("file:///a%20b/c") == "/a b/c"
    assert local_path("file://localhost/a") == "/a"
    assert local_path("file://elsewhere/a") is None
    assert local_path("/a%20b") == "/a%20b"
    assert local_path("relative") is None
