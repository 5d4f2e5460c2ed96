"""From author code to the IR: traces a pipeline, holds it against its types, and packs the code that it needs."""

from penstock.compiler.compilation import Compilation, compile_pipeline
from penstock.compiler.errors import CompilationFailed, CompilationRefused
from penstock.compiler.targets import Target, find_target, load_target

__all__ = [
    "Compilation",
    "CompilationFailed",
    "CompilationRefused",
    "Target",
    "compile_pipeline",
    "find_target",
    "load_target",
]
