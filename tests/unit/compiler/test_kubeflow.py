"""Python files for Kubeflow: found and compiled like our own, by the `kfp` that is installed."""

import sys
from pathlib import Path

import msgspec
import pytest

from penstock.compiler import CompilationRefused, find_target, load_target
from penstock.compiler.errors import ImportFailed, NoPipeline, PipelineNotFound, SeveralPipelines
from penstock.compiler.kubeflow import KubeflowMissing, KubeflowPipeline, KubeflowRefused, compile_kubeflow
from penstock.compiler.service import CompileReply, CompileRequest, compile_target
from penstock.core.witness import digest_of
from penstock.ir.document import parse_canonical, read_document
from penstock.ir.spec import PipelineDocument
from support.author import Author

pytestmark = pytest.mark.filterwarnings("ignore:The default base_image:FutureWarning")

ONE = """
    from typing import List
    from kfp import dsl

    @dsl.component
    def add(a: int, b: int = 2) -> int:
        return a + b

    @dsl.pipeline(name="sum-up")
    def total(x: int = 1, unused: List[int] = [1, 2, 3]) -> int:
        return add(a=x).output
"""
COMPONENT = ONE.partition("    @dsl.pipeline")[0]


def document(author: Author, target: str) -> PipelineDocument:
    reply = call(author, target)
    reply.raise_failure()
    return parse_canonical(bytes(reply.document))


def call(author: Author, target: str) -> CompileReply:
    request = msgspec.json.encode(CompileRequest(target=target, cwd=str(author.folder)))
    return msgspec.json.decode(compile_target(request), type=CompileReply)


@pytest.mark.parametrize("target", ["pipeline.py", "pipeline.py:total", "pipeline", "pipeline:total"])
def test_a_pipeline_is_found_however_it_is_named_and_is_what_kfp_compiles(author: Author, target: str) -> None:
    author.write("pipeline.py", ONE)
    found = find_target(target, author.folder)
    assert isinstance(found.pipeline, KubeflowPipeline)
    assert found.shown == f"{target.partition(':')[0]}:total"
    from kfp.compiler import Compiler

    Compiler().compile(found.pipeline.made, str(author.folder / "by_kfp.yaml"))
    assert compile_kubeflow(found.pipeline, project_root=found.root).document == read_document(
        author.folder / "by_kfp.yaml"
    )


def test_a_component_alone_becomes_a_pipeline_of_one_task(author: Author) -> None:
    author.write("steps.py", COMPONENT)
    made = document(author, "steps.py").pipeline
    assert made.root.dag is not None
    assert list(made.root.dag.tasks) == ["add"]
    assert list(made.root.input_definitions.parameters) == ["a", "b"]


def test_a_component_beside_a_pipeline_can_be_named(author: Author) -> None:
    author.write("pipeline.py", ONE)
    assert document(author, "pipeline.py:add").pipeline.pipeline_info.name == "add"


def test_a_component_that_was_loaded_from_a_file_counts_and_the_file_is_watched(author: Author) -> None:
    author.write("steps.py", COMPONENT)
    pipeline = load_target("steps.py", author.folder)
    assert isinstance(pipeline, KubeflowPipeline)
    from kfp.compiler import Compiler

    Compiler().compile(pipeline.made, str(author.folder / "add.yaml"))
    author.write(
        "loaded.py",
        """
        from pathlib import Path
        from kfp import components
        add = components.load_component_from_file(str(Path(__file__).with_name("add.yaml")))
        """,
    )
    reply = call(author, "loaded.py")
    reply.raise_failure()
    folder = author.folder.resolve()
    for name in ("add.yaml", "loaded.py"):
        assert reply.files[str(folder / name)] == digest_of(folder / name)


def test_several_are_listed_and_one_that_is_only_imported_is_none_of_them(author: Author) -> None:
    author.write("pipeline.py", ONE)
    more = """
        from kfp import dsl
        from pipeline import add, total

        @dsl.pipeline
        def own(x: int = 1) -> int:
            return total(x=x).output
    """
    author.write("more.py", more)
    assert document(author, "more.py").pipeline.pipeline_info.name == "own"
    author.write(
        "many.py", more + "\n        @dsl.pipeline\n        def other() -> int:\n            return add(a=1).output\n"
    )
    with pytest.raises(SeveralPipelines, match=r"'many\.py' has 2 pipelines: own, other"):
        load_target("many.py", author.folder)
    author.write(
        "steps.py", COMPONENT + "\n    @dsl.component\n    def sub(a: int, b: int) -> int:\n        return a - b\n"
    )
    with pytest.raises(SeveralPipelines, match="2 components of Kubeflow's, and no pipeline: add, sub"):
        load_target("steps.py", author.folder)


def test_a_name_that_is_not_there_is_answered_with_those_that_are(author: Author) -> None:
    author.write("pipeline.py", ONE)
    with pytest.raises(PipelineNotFound, match=r"did you mean `pipeline\.py:total`"):
        load_target("pipeline.py:totl", author.folder)
    author.write("nothing.py", "from kfp import dsl\n")
    with pytest.raises(NoPipeline, match=r"no pipeline in 'nothing\.py'"):
        load_target("nothing.py", author.folder)


def test_pipelines_of_both_kinds_live_in_one_file(author: Author) -> None:
    ours = """
    from penstock.dsl import component, pipeline

    @component
    def one() -> int:
        return 1

    @pipeline
    def ours() -> int:
        return one()
"""
    author.write("both.py", ONE + ours)
    with pytest.raises(SeveralPipelines, match="ours, total"):
        load_target("both.py", author.folder)
    author.write("steps.py", COMPONENT + ours)  # a component beside a pipeline is no rival of it
    assert load_target("steps.py", author.folder).name == "ours"


def test_the_platform_specification_comes_along(author: Author) -> None:
    author.write(
        "pipeline.py",
        """
        from kfp import dsl

        @dsl.component
        def one() -> int:
            return 1

        @dsl.pipeline(pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig(size="1Gi")))
        def main() -> int:
            return one().output
        """,
    )
    assert "kubernetes" in document(author, "pipeline.py").platform.platforms


def test_what_the_pipeline_function_raises_is_shown_at_the_authors_lines_alone(author: Author) -> None:
    author.write("pipeline.py", ONE.replace("add(a=x)", "add(c=x)"))
    with pytest.raises(ImportFailed, match='unexpected keyword argument "c"') as raised:
        load_target("pipeline.py", author.folder)
    assert "in total" in raised.value.traceback
    assert "site-packages" not in raised.value.traceback
    with pytest.raises(CompilationRefused, match="unexpected keyword argument"):
        call(author, "pipeline.py").raise_failure()


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("from kfp.components import create_component_from_func\n", "another release, or for version 1"),
        (ONE.replace("a: int,", "a,"), "correct the component or pipeline that this line makes"),
        ("1 / 0\n", "without running anything"),
        (ONE.replace("return add(a=x).output", "return 1 / 0"), "without running anything"),
    ],
)
def test_an_error_of_kfp_is_advised_on_as_such(author: Author, text: str, advice: str) -> None:
    author.write("pipeline.py", text)
    with pytest.raises(ImportFailed, match=advice):
        load_target("pipeline.py", author.folder)


def test_what_kfp_raises_while_it_compiles_is_told_with_its_version(author: Author) -> None:
    author.write("pipeline.py", ONE)
    found = find_target("pipeline.py", author.folder)
    assert isinstance(found.pipeline, KubeflowPipeline)
    found.pipeline.made.pipeline_spec.Clear()
    found.pipeline.made.component_spec = None
    with pytest.raises(KubeflowRefused, match=r"kfp \d.* cannot compile 'sum-up'"):
        compile_kubeflow(found.pipeline, project_root=found.root)


@pytest.mark.parametrize(
    ("line", "module", "advice"),
    [
        ("from kfp import dsl", "kfp", r"pip install 'penstock\[kfp\]'"),
        ("from kfp.kubernetes import use_secret_as_env", "kfp.kubernetes", "pip install kfp-kubernetes"),
    ],
)
def test_kfp_that_is_not_installed_is_asked_for(
    author: Author, monkeypatch: pytest.MonkeyPatch, line: str, module: str, advice: str
) -> None:
    if module != "kfp":
        author.write("kfp/__init__.py", "")
    for name in [name for name in sys.modules if name == "kfp" or name.startswith("kfp.")]:
        monkeypatch.delitem(sys.modules, name)
    local = [entry for entry in sys.path if "site-packages" not in entry or not Path(entry, "kfp").is_dir()]
    monkeypatch.setattr(sys, "path", local)
    author.write("pipeline.py", line + "\n")
    with pytest.raises(KubeflowMissing, match=advice) as raised:
        load_target("pipeline.py", author.folder)
    assert raised.value.module == module
