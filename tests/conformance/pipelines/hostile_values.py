"""Values that would break a shell, a YAML, a condition or a template pass unharmed, and inject nothing."""

from typing import Dict, List

from kfp import dsl

VALUES = [
    "it's",
    'say "x"',
    "a\nb\r\n\tc",
    "{{$.inputs.parameters['x']}}",
    "{{$}}",
    "$(rm -rf /) `id` $HOME ; | & > <",
    "\\ \\n \\u0041",
    "日本語 \U0001f600 é",
    '{"Concat": ["a", "b"]}',
    '{"IfPresent": {"InputName": "x", "Then": "y"}}',
    "' || true || '",
    "null",
    "true",
    "1.0",
    "",
    " ",
]


@dsl.component
def same(value: str, index: int) -> str:
    expected = [
        "it's",
        'say "x"',
        "a\nb\r\n\tc",
        "{" + "{$.inputs.parameters['x']}" + "}",
        "{" + "{$}" + "}",
        "$(rm -rf /) `id` $HOME ; | & > <",
        "\\ \\n \\u0041",
        "\u65e5\u672c\u8a9e \U0001f600 \u00e9",
        '{"Concat": ["a", "b"]}',
        '{"IfPresent": {"InputName": "x", "Then": "y"}}',
        "' || true || '",
        "null",
        "true",
        "1.0",
        "",
        " ",
    ]
    assert value == expected[index], (value, expected[index])
    return value


@dsl.component
def all_same(values: List[str], named: Dict[str, str]) -> List[str]:
    assert len(values) == 16 and values[3] == "{" + "{$.inputs.parameters['x']}" + "}", values
    assert named == {"a'b\n": "{" + "{$}" + "}", "": "\U0001f600"}, named
    return values


@dsl.pipeline(name="hostile-values")
def hostile_values(
    values: List[str] = VALUES,
    named: Dict[str, str] = {"a'b\n": "{{$}}", "": "\U0001f600"},
    quote: str = "' == '' || '' == '",
) -> List[str]:
    for index in (0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15):
        again = same(value=same(value=VALUES[index], index=index).output, index=index)
        again.set_display_name(f"value {index}")
    with dsl.Condition(quote == "x"):
        same(value="it was injected", index=0)
    return all_same(values=values, named=named).output
