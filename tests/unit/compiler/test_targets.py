"""What a person can name, and what is said when nothing is there."""

import os
import pickle
from pathlib import Path

import pytest

from penstock.compiler import CompilationFailed, find_target, load_target
from penstock.compiler.errors import (
    ImportFailed,
    NoPipeline,
    PipelineNotFound,
    SeveralPipelines,
    TargetIsFolder,
    TargetMalformed,
    TargetNotFound,
    TargetUnreadable,
)
from penstock.core.errors import UserError
from support.author import Author

ONE = """
    from penstock.dsl import component, pipeline

    @component
    def double(x: int) -> int:
        return 2 * x

    @pipeline
    def main(x: int = 1):
        double(x)
"""
TWO = ONE + "\n    @pipeline\n    def other(x: int = 1):\n        main(x)\n"


@pytest.mark.parametrize("target", ["pipeline.py", "pipeline.py:main", "./pipeline.py", "pipeline:main", "pipeline"])
def test_a_pipeline_is_found_by_file_or_module(author: Author, target: str) -> None:
    author.write("pipeline.py", ONE)
    found = find_target(target, author.folder)
    assert found.pipeline.name == "main"
    assert found.root == author.folder.resolve()
    assert found.shown.endswith(":main")
    assert load_target(target, author.folder) is found.pipeline


def test_a_file_in_a_package_is_imported_under_its_dotted_name(author: Author) -> None:
    author.write("src/shop/__init__.py", "")
    author.write("src/shop/flows/__init__.py", "")
    author.write("src/shop/steps.py", "def double(x):\n    return 2 * x\n")
    author.write(
        "src/shop/flows/daily.py",
        ONE.replace("from penstock", "from ..steps import double as twice\n    from penstock", 1),
    )
    by_file = load_target("src/shop/flows/daily.py", author.folder)
    by_name = load_target("shop.flows.daily:main", author.folder)
    assert by_file is by_name
    assert by_file.function.__module__ == "shop.flows.daily"


def test_a_file_sees_its_folder_the_root_and_src(author: Author) -> None:
    author.write("at_root.py", "")
    author.write("src/in_src.py", "")
    author.write("flows/beside.py", "")
    author.write(
        "flows/pipeline.py", ONE.replace("from penstock", "import at_root, in_src, beside\n    from penstock", 1)
    )
    assert load_target("flows/pipeline.py", author.folder).name == "main"


def test_two_files_of_the_same_name_are_not_confused(author: Author) -> None:
    for folder in ("a", "b"):
        author.write(f"{folder}/pipeline.py", ONE.replace("def main", f"def main_{folder}"))
    assert load_target("a/pipeline.py", author.folder).name == "main_a"
    assert load_target("b/pipeline.py", author.folder).name == "main_b"


def test_of_several_pipelines_one_must_be_named(author: Author) -> None:
    author.write("pipeline.py", TWO)
    with pytest.raises(SeveralPipelines, match=r"has 2 pipelines: main, other"):
        load_target("pipeline.py", author.folder)
    assert load_target("pipeline.py:other", author.folder).name == "other"


def test_a_pipeline_that_is_only_imported_does_not_count_beside_own_ones(author: Author) -> None:
    author.write("parts.py", ONE)
    author.write(
        "pipeline.py",
        "from parts import main\nfrom penstock.dsl import pipeline\n\n@pipeline\ndef own(x: int):\n    main(x)\n",
    )
    assert load_target("pipeline.py", author.folder).name == "own"


def test_what_is_not_there_is_said_with_what_is_near(author: Author) -> None:
    author.write("pipeline.py", ONE)
    with pytest.raises(TargetNotFound, match=r"did you mean `pipeline.py`\?"):
        load_target("pipelin.py", author.folder)
    with pytest.raises(TargetNotFound, match="no_such_module"):
        load_target("no_such_module:main", author.folder)
    with pytest.raises(TargetNotFound, match="does not exist"):
        load_target("my flow 🎉", author.folder)
    with pytest.raises(PipelineNotFound, match=r"did you mean `pipeline.py:main`\?"):
        load_target("pipeline.py:mian", author.folder)
    with pytest.raises(PipelineNotFound, match=r"`double` in 'pipeline.py' is a component, not a pipeline"):
        load_target("pipeline.py:double", author.folder)


def test_folders_empty_files_and_other_files_are_refused(author: Author) -> None:
    author.write("flows/pipeline.py", ONE)
    with pytest.raises(TargetIsFolder, match=r"name a file in it: pipeline.py"):
        load_target("flows", author.folder)
    author.write("empty.py", "# nothing yet\n")
    with pytest.raises(NoPipeline, match="is empty"):
        load_target("empty.py", author.folder)
    author.write("steps.py", "x = 1\n")
    with pytest.raises(NoPipeline, match=r"there is no pipeline in 'steps.py'"):
        load_target("steps.py", author.folder)
    author.write("notes.txt", "hello")
    with pytest.raises(TargetMalformed, match="is no Python file"):
        load_target("notes.txt", author.folder)
    author.write("v1.2.py", ONE)
    with pytest.raises(TargetMalformed, match="a dot in it"):
        load_target("v1.2.py", author.folder)


def test_names_with_spaces_and_hyphens_can_be_imported(author: Author) -> None:
    author.write("my flow-1 🎉.py", ONE)
    assert load_target("my flow-1 🎉.py:main", author.folder).name == "main"


def test_a_name_that_is_too_long_cannot_be_read(author: Author) -> None:
    with pytest.raises(TargetUnreadable, match="too long"):
        load_target("a" * 300 + ".py", author.folder)


def test_a_module_that_runs_its_pipeline_when_it_is_imported_is_refused_at_that_line(author: Author) -> None:
    author.write("eager.py", ONE + "\n    main.run()\n")
    with pytest.raises(CompilationFailed, match=r"eager.py:\d+: error\[CMP054\].*is run while its module is imported"):
        load_target("eager.py", author.folder)


def test_a_syntax_error_is_reported_at_its_line(author: Author) -> None:
    author.write("pipeline.py", "x = 1\ndef broken(:\n    pass\n")
    with pytest.raises(CompilationFailed) as failed:
        load_target("pipeline.py", author.folder)
    failed.value.folder = author.folder
    assert str(failed.value).startswith("pipeline.py:2: error[CMP074]: this is not Python")


def test_a_syntax_error_in_a_helper_is_reported_there(author: Author) -> None:
    author.write("helper.py", "\n\nx = (\n")
    author.write("pipeline.py", "import helper\n")
    with pytest.raises(CompilationFailed) as failed:
        load_target("pipeline.py", author.folder)
    assert Path(failed.value.diagnostics[0].place.file).name == "helper.py"


def test_a_failing_import_comes_with_the_authors_traceback_and_no_more(author: Author) -> None:
    author.write("helper.py", "def compute():\n    return 1 / 0\n\nVALUE = compute()\n")
    author.write("pipeline.py", "import helper\n")
    with pytest.raises(ImportFailed) as failed:
        load_target("pipeline.py", author.folder)
    text = str(failed.value)
    assert "ZeroDivisionError: division by zero [CMP075]" in text
    assert text.index("pipeline.py") < text.index("return 1 / 0")
    assert "penstock" not in failed.value.traceback
    assert "importlib" not in failed.value.traceback


def test_a_missing_package_is_named(author: Author) -> None:
    author.write("pipeline.py", "import surely_not_installed_anywhere\n")
    with pytest.raises(ImportFailed, match="install what provides `surely_not_installed_anywhere`"):
        load_target("pipeline.py", author.folder)


def test_a_module_that_ends_python_does_not_end_us(author: Author) -> None:
    author.write("pipeline.py", "import sys\nsys.exit(3)\n")
    with pytest.raises(ImportFailed, match=r"ended Python while it was imported \(exit code 3\)"):
        load_target("pipeline.py", author.folder)


def test_wrong_use_of_penstock_at_import_is_a_diagnostic_of_its_line(author: Author) -> None:
    author.write("pipeline.py", "from penstock.dsl import Retry, component\n\nonce = Retry(-1)\n")
    with pytest.raises(CompilationFailed) as failed:
        load_target("pipeline.py", author.folder)
    assert [(one.place.line, one.code) for one in failed.value.diagnostics] == [(3, "CMP006")]
    author.write("pipeline.py", "from penstock.dsl import component\n\n@component\nclass Model:\n    pass\n")
    with pytest.raises(CompilationFailed, match="needs a function, and got the class `Model`"):
        load_target("pipeline.py", author.folder)


def test_the_errors_survive_pickling(author: Author) -> None:
    author.write("pipeline.py", "import surely_not_installed_anywhere\n")
    author.write("broken.py", "(")
    for target in ("nothing.py", "pipeline.py", "broken.py"):
        with pytest.raises(UserError) as failed:
            load_target(target, author.folder)
        assert str(pickle.loads(pickle.dumps(failed.value))) == str(failed.value)


@pytest.mark.parametrize("name", ["penstock.py", "__main__.py"])
def test_a_name_that_is_taken_is_refused(author: Author, name: str) -> None:
    author.write(name, ONE)
    with pytest.raises(TargetMalformed, match="give the file another name"):
        load_target(name, author.folder)


@pytest.mark.parametrize("source", ["x = " + "-" * 100_000 + "1", "x = " + "[" * 100_000])
def test_source_that_is_nested_without_end_is_no_python(author: Author, source: str) -> None:
    author.write("pipeline.py", source)
    with pytest.raises(CompilationFailed, match="nested") as caught:
        load_target("pipeline.py", author.folder)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("says", "said"), [("return 'half \\ud800'", r"half \\ud800"), ("raise SystemExit(7)", "<its __str__ failed>")]
)
def test_an_import_error_is_told_whatever_it_says(author: Author, says: str, said: str) -> None:
    author.write("pipeline.py", f"class Odd(Exception):\n    def __str__(self):\n        {says}\n\nraise Odd()\n")
    with pytest.raises(ImportFailed, match=f"Odd: {said}"):
        load_target("pipeline.py", author.folder)


def test_what_is_no_file_is_not_read(author: Author) -> None:
    os.mkfifo(author.folder / "pipeline.py")
    with pytest.raises(TargetUnreadable, match="neither a file nor a folder"):
        load_target("pipeline.py", author.folder)
