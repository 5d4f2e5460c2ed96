"""From `--param name=value` and `--params file` to a pipeline's arguments, by the types that the pipeline declares."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from penstock.core.json import Json
from penstock.ir.spec import InputArtifact, ParameterType, PipelineSpec

EXPECTED: dict[str, tuple[str, str]] = {
    "NUMBER_INTEGER": ("a whole number", "3"),
    "NUMBER_DOUBLE": ("a number", "0.05"),
    "BOOLEAN": ("true or false", "true"),
    "LIST": ("a JSON list", "[1, 2]"),
    "STRUCT": ("a JSON object", '{"a": 1}'),
}
"""For each type that is not text: in words, and an example."""


def read_arguments(pipeline: PipelineSpec, file: Path | None, given: Sequence[str]) -> dict[str, Json | Path]:
    """The arguments of a run: those of the file, then those of the command line over them.

    Args:
        pipeline: Says which inputs there are, and their types.
        file: JSON or YAML that maps names to values; relative paths in it are meant from the working directory.
        given: Texts of the form `name=value`.

    Raises:
        ParameterFileUnreadable: The file cannot be read as a mapping.
        ParameterUnknown: The pipeline has no such input.
        ParameterUnreadable: A text is not of its parameter's type.
    """
    inputs = pipeline.root.input_definitions
    arguments: dict[str, Json | Path] = {}
    for name, value in ({} if file is None else _read_file(file)).items():
        _check_known(name, pipeline)
        if not isinstance(value, str):
            arguments[name] = value
        elif name in inputs.artifacts:
            arguments[name] = _place(value, inputs.artifacts[name])
        else:
            arguments[name] = _parse(name, value, inputs.parameters[name].parameter_type)
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            from penstock.cli.errors import ParameterUnreadable

            raise ParameterUnreadable(given=text, expected="a name and a value", example=_example(pipeline))
        _check_known(name, pipeline)
        if name in inputs.artifacts:
            arguments[name] = _place(value, inputs.artifacts[name])
        else:
            arguments[name] = _parse(name, value, inputs.parameters[name].parameter_type)
    return arguments


def _place(text: str, declared: InputArtifact) -> str | Path:
    """Where an input lies: a path, or what is more than one."""
    return text if "://" in text or declared.is_artifact_list else Path(text)


def _check_known(name: str, pipeline: PipelineSpec) -> None:
    inputs = pipeline.root.input_definitions
    known = [*inputs.parameters, *inputs.artifacts]
    if name not in known:
        from penstock.cli.errors import ParameterUnknown

        raise ParameterUnknown(name=name, pipeline=pipeline.pipeline_info.name, known=known)


def _example(pipeline: PipelineSpec) -> str:
    for name, parameter in pipeline.root.input_definitions.parameters.items():
        return f"{name}={EXPECTED.get(parameter.parameter_type, ('', 'text'))[1]}"
    return "learning_rate=0.05"


def _parse(name: str, text: str, kind: ParameterType | str) -> Json:
    if kind not in EXPECTED:
        return text
    expected, example = EXPECTED[kind]
    try:
        value: Json = _READERS[kind](text.strip())
        return value
    except (ValueError, RecursionError):
        from penstock.cli.errors import ParameterUnreadable

        quoted = f"'{name}={example}'" if kind in ("LIST", "STRUCT") else f"{name}={example}"
        raise ParameterUnreadable(given=f"{name}={text}", expected=expected, example=quoted) from None


def _boolean(text: str) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.lower() not in words:
        raise ValueError(text)
    return words[text.lower()]


def _number(text: str) -> float:
    whole = text.lstrip("+-")
    return int(text) if whole.isascii() and whole.isdigit() else float(text)


def _structure(kind: type) -> Any:
    def read(text: str) -> Any:
        import json

        value = json.loads(text)
        if not isinstance(value, kind):
            raise ValueError(text)
        return value

    return read


_READERS: dict[str, Any] = {
    "NUMBER_INTEGER": int,
    "NUMBER_DOUBLE": _number,
    "BOOLEAN": _boolean,
    "LIST": _structure(list),
    "STRUCT": _structure(dict),
}


def _read_file(path: Path) -> dict[str, Any]:
    from penstock.cli.errors import ParameterFileUnreadable

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not text in UTF-8"
        raise ParameterFileUnreadable(path=str(path), problem=reason) from error
    try:
        loaded = _load(text, is_json=path.suffix == ".json")
    except (ValueError, RecursionError) as error:
        raise ParameterFileUnreadable(path=str(path), problem=" ".join(str(error).split())) from error
    if not isinstance(loaded, dict) or not all(isinstance(name, str) for name in loaded):
        raise ParameterFileUnreadable(path=str(path), problem="it does not map names to values")
    return loaded


def _load(text: str, *, is_json: bool) -> Any:
    """What `text` holds; YAML without its dates, which stay text. Raises `ValueError`."""
    if is_json:
        import json

        return json.loads(text)
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        loaded = yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    return {} if loaded is None else loaded
