"""What models and aliases may be called, and which texts mean a version."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.core.errors import UserError
from penstock.registry.errors import AliasInvalid, ModelNameInvalid, ReferenceInvalid
from penstock.registry.references import Reference, check_alias, check_name, parse_reference


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("taxi@champion", Reference(name="taxi", alias="champion")),
        ("taxi/3", Reference(name="taxi", version=3)),
        ("taxi/latest", Reference(name="taxi")),
        ("taxi", Reference(name="taxi", alias="champion")),
        ("models:/taxi/12", Reference(name="taxi", version=12)),
        ("models:/taxi@blue", Reference(name="taxi", alias="blue")),
        ("предсказание цен@лучшая", Reference(name="предсказание цен", alias="лучшая")),
        ("3", Reference(name="3", alias="champion")),
    ],
)
def test_a_text_means_a_version(text: str, meant: Reference) -> None:
    assert parse_reference(text) == meant


@pytest.mark.parametrize("text", ["taxi/", "taxi/x", "taxi/0", "taxi/-1", "taxi/3/4", "taxi/1.0", "taxi/٣", "taxi/1e9"])
def test_what_is_no_number_is_told(text: str) -> None:
    with pytest.raises(ReferenceInvalid, match=r"names no version of a model: .* is no number of a version"):
        parse_reference(text)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        ("a/b", "'/' stands between a name and a version or an alias"),
        ("a@b", "'@' stands between"),
        ("models:x", "':' stands between"),
        (" taxi", "begins or ends with a space"),
        ("ta\nxi", r"cannot be seen \('\\n'\)"),
        ("a\u202eb", r"cannot be seen \('\\u202e'\)"),
        ("\ud800", "cannot be seen"),
        ("-rf", "an option on a command line"),
        ("..", "that is a folder"),
        ("cafe\u0301", "two names could look the same"),
        ("x" * 201, "it has 201 characters"),
    ],
)
def test_a_name_that_could_not_be_used_is_refused(name: str, reason: str) -> None:
    with pytest.raises(ModelNameInvalid, match=reason):
        check_name(name)
    with pytest.raises(AliasInvalid, match=reason):
        check_alias(name)


@pytest.mark.parametrize(
    ("alias", "reason"),
    [("latest", "the newest version"), ("Latest", "the newest"), ("3", "the number"), ("v3", "the")],
)
def test_an_alias_does_not_look_like_a_version(alias: str, reason: str) -> None:
    assert check_name(alias) == alias
    with pytest.raises(AliasInvalid, match=reason):
        check_alias(alias)


@pytest.mark.parametrize("name", ["taxi", "Taxi 2026", "日本語", "😀", "café", "a.b-c_d+e", "x" * 200])
def test_other_names_are_fine(name: str) -> None:
    assert check_name(name) == name


@given(st.text(max_size=30))
def test_a_text_means_something_that_is_written_like_it_or_is_refused(text: str) -> None:
    try:
        meant = parse_reference(text)
    except UserError:
        return
    assert parse_reference(str(meant)) == meant
