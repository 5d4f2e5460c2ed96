"""YAML in and out: nothing guessed, nothing lost, readable."""

import pytest

from penstock.ir.errors import MalformedDocument
from penstock.ir.yaml_text import parse_yaml, write_yaml_documents


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01 10:00:00", "2024-01-01 10:00:00"),
        ("=", "="),
        ("1e-5", 1e-5),
        ("1.5E+3", 1500.0),
        (".5e1", 5.0),
        ("1e", "1e"),
        ("e1", "e1"),
        ("10", 10),
        ("1.0", 1.0),
        ("'1e5'", "1e5"),
        ("true", True),
        ("~", None),
    ],
)
def test_values_are_read_as_what_they_are(text: str, value: object) -> None:
    (read,) = parse_yaml(f"a: {text}")
    assert read == {"a": value}
    assert type(read["a"]) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "1e5",
            "1e-5",
            "2024-01-01",
            "yes",
            "null",
            "1.0",
            "0x1f",
            "=",
            "<<",
            "1:30",
            "",
            " ",
            "#",
            "- a",
            "a: b",
            "'",
        ),
        *(
            "a\nb",
            "a\nb\n",
            "a\n\n\n",
            "\na",
            " a\n  b",
            "a \nb",
            "\ta\n",
            "é✓🚰",
            "a\u2028b\n",
            "a\x85b\n",
            "\x00\x07\n",
        ),
        *(2**70, -0.0, 1e22, 5e-324, 1.7976931348623157e308, 0.1, True, None),
    ],
    ids=repr,
)
def test_values_come_back_as_they_were(value: object) -> None:
    ((read,),) = parse_yaml(write_yaml_documents([[value]]))
    assert (read, type(read), str(read)) == (value, type(value), str(value))


def test_programs_are_written_as_blocks_and_keys_in_order() -> None:
    source = 'def f():\n    """It\'s ünïcode."""\n\n    return {"a": 1}\n'
    text = write_yaml_documents([{"z": source, "a": {"first": [1, 2.0]}}])
    assert text == (
        'z: |\n  def f():\n      """It\'s ünïcode."""\n\n      return {"a": 1}\na:\n  first:\n  - 1\n  - 2.0\n'
    )


def test_values_that_are_the_same_object_are_written_twice() -> None:
    shared = {"a": [1]}
    assert "&" not in write_yaml_documents([{"x": shared, "y": shared}])


def test_documents_that_are_empty_are_left_out() -> None:
    assert parse_yaml("---\na: 1\n---\n# nothing\n---\nb: 2\n---\n") == [{"a": 1}, {"b": 2}]


def test_anchors_and_merges_are_understood() -> None:
    assert parse_yaml("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: *x") == [
        {"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3}, "z": {"a": 1, "b": 2}}
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [1", r"did not find expected"),
        ("a: 1\nb: 2\na: 3", r"the key 'a' is given twice"),
        ("a: !!python/object/apply:os.system [ls]", r"could not determine a constructor"),
        ("a: !mine b", r"could not determine a constructor"),
        ("? [a]\n: b", r"unhashable key"),
        ("a: &a [*a]", r"refer to one another without end"),
        ("a: *b", r"undefined alias"),
        ("a: \x07", r"control characters are not allowed"),
        ("[" * 100_000, "nested too deeply"),
        ("- " * 100_000 + "1", "nested too deeply"),
        ('a: "\\ud800"', r"invalid Unicode character"),
    ],
)
def test_text_that_is_no_yaml_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(MalformedDocument, match=reason):
        parse_yaml(text)


def test_a_mistake_has_its_line_and_column() -> None:
    with pytest.raises(MalformedDocument) as caught:
        parse_yaml("a: 1\nb: 2\na: 3")
    assert (caught.value.line, caught.value.column) == (3, 1)


def test_aliases_that_explode_are_refused_before_they_do() -> None:
    levels = "\n".join(f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]" for level in range(1, 12))
    with pytest.raises(MalformedDocument, match="without end"):
        parse_yaml(f"l0: &l0 [x]\n{levels}")
