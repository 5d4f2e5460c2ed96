"""Running code that knows nothing of Penstock: what it is given, and what is made of what it left.

Kubeflow's components, plain commands and containers all speak the same protocol: an executor input in JSON, local paths
for artifacts, files for outputs, and `executor_output.json` in the end. This is that protocol's other side.

| module | is |
|---|---|
| `task` | the whole of it: localize, run, collect, write the output file |
| `inputs` | the executor input as foreign code wants it |
| `copies` | copies of inputs, which the code may change |
| `outputs` | from the files that the code left to an executor output, artifacts stored |
| `texts` | parameters that were written as text, one file each |
"""

from penstock.launcher.foreign.inputs import localized
from penstock.launcher.foreign.outputs import collect
from penstock.launcher.foreign.task import run_foreign

__all__ = ["collect", "localized", "run_foreign"]
