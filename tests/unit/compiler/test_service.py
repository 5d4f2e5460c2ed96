"""Compiling by a call with bytes in and bytes out."""

import sys
from pathlib import Path

import msgspec
import pytest

from penstock.compiler import CompilationRefused
from penstock.compiler.service import CompileReply, CompileRequest, compile_target
from penstock.core.witness import LISTING, MODULES, digest_of
from penstock.ir.document import parse_canonical
from support.author import Author

PIPELINE = """
    from pathlib import Path

    import helper
    from penstock.dsl import component, pipeline

    DEPTHS = [int(line) for line in Path(__file__).with_name("depths.txt").read_text().split()]

    @component
    def double(x: int) -> int:
        return helper.twice(x)

    @pipeline
    def main(x: int = 1):
        for depth in DEPTHS:
            double(depth)
"""


def call(author: Author, target: str) -> CompileReply:
    request = msgspec.json.encode(CompileRequest(target=target, cwd=str(author.folder)))
    return msgspec.json.decode(compile_target(request), type=CompileReply)


def test_the_reply_holds_the_document_and_the_digest_of_every_file_that_was_read(author: Author) -> None:
    author.write("helper.py", "def twice(x):\n    return 2 * x\n")
    author.write("depths.txt", "3 4 5")
    author.write("unrelated.py", "x = 1\n")
    author.write("pipeline.py", PIPELINE)
    reply = call(author, "pipeline.py")
    reply.raise_failure()
    assert reply.source == "pipeline.py:main"
    assert list(parse_canonical(bytes(reply.document)).pipeline.root.dag.tasks) == ["double", "double-2", "double-3"]  # type: ignore[union-attr]
    folder = author.folder.resolve()
    files = {str(folder / name): digest_of(folder / name) for name in ("depths.txt", "helper.py", "pipeline.py")}
    assert reply.files == files | {str(folder / MODULES): digest_of(folder / MODULES)}
    assert reply.environment == {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}


def test_a_package_that_comes_to_stand_before_a_module_changes_what_was_read(author: Author) -> None:
    author.write("helper.py", "def twice(x):\n    return 2 * x\n")
    author.write("depths.txt", "3")
    author.write("pipeline.py", PIPELINE)
    files = call(author, "pipeline.py").files
    assert all(digest_of(Path(file)) == digest for file, digest in files.items())
    author.write("notes.txt", "of no interest")
    assert all(digest_of(Path(file)) == digest for file, digest in files.items())
    author.write("helper/__init__.py", "def twice(x):\n    return 3 * x\n")
    assert any(digest_of(Path(file)) != digest for file, digest in files.items())


def test_a_file_that_was_looked_for_and_is_not_there_counts(author: Author) -> None:
    author.write("helper.py", "def twice(x):\n    return 2 * x\n")
    author.write("depths.txt", "3")
    author.write(
        "pipeline.py",
        PIPELINE
        + "\n    try:\n        open(Path(__file__).with_name('more.txt'))\n    except OSError:\n        pass\n",
    )
    assert call(author, "pipeline.py").files[str(author.folder.resolve() / "more.txt")] == ""


def test_a_folder_that_the_author_lists_counts_by_its_names(author: Author) -> None:
    author.write("helper.py", "def twice(x):\n    return 2 * x\n")
    author.write("depths.txt", "3")
    author.write("parts/one.txt", "1")
    author.write("pipeline.py", PIPELINE + "\n    NAMES = sorted(Path(__file__).parent.glob('parts/*.txt'))\n")
    files = call(author, "pipeline.py").files
    listed = author.folder.resolve() / "parts" / LISTING
    assert files[str(listed)] == digest_of(listed)
    author.write("parts/two.txt", "2")
    assert files[str(listed)] != digest_of(listed)


def test_data_outside_of_the_project_counts_too(author: Author, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = (tmp_path_factory.mktemp("outside") / "config.txt").resolve()
    outside.write_text("3")
    author.write("helper.py", "def twice(x):\n    return 2 * x\n")
    author.write("depths.txt", "3")
    author.write("pipeline.py", PIPELINE + f"\n    CONFIG = Path({str(outside)!r}).read_text()\n")
    assert call(author, "pipeline.py").files[str(outside)] == digest_of(outside)


def test_a_file_that_is_written_while_it_is_compiled_is_not_taken_for_what_was_read(author: Author) -> None:
    author.write("pipeline.py", PIPELINE + "\n    Path(__file__).with_name('depths.txt').write_text('5')\n")
    author.write("helper.py", "def twice(x):\n    return 2 * x\n")
    author.write("depths.txt", "3")
    depths = author.folder.resolve() / "depths.txt"
    assert call(author, "pipeline.py").files[str(depths)] != digest_of(depths)


def test_the_same_files_give_the_same_bytes(author: Author) -> None:
    author.write("helper.py", "def twice(x):\n    return 2 * x\n")
    author.write("depths.txt", "3")
    author.write("pipeline.py", PIPELINE)
    assert bytes(call(author, "pipeline.py").document) == bytes(call(author, "pipeline.py").document)


def test_mistakes_come_as_text_that_is_ready_to_be_shown(author: Author) -> None:
    author.write("pipeline.py", "from penstock.dsl import pipeline\n\n@pipeline\ndef main(x):\n    pass\n")
    reply = call(author, "pipeline.py")
    with pytest.raises(CompilationRefused, match=r"pipeline.py:3: error\[CMP003\].*\n.*\n.*error\[CMP050\]"):
        reply.raise_failure()
    assert reply.failure is not None
    assert reply.failure.code == "CMP000"


def test_a_wrong_target_comes_with_its_code(author: Author) -> None:
    reply = call(author, "nothing.py")
    assert reply.failure is not None
    assert reply.failure.code == "CMP070"
