"""Kubeflow's SDK as components meet it at run time. Importing this module imports it, so only a worker does.

With `_KFP_RUNTIME` the SDK imports nothing but itself and the standard library: it is installed without what it needs
to compile and to talk to a server.
"""

import os

os.environ["_KFP_RUNTIME"] = "true"

try:
    from kfp.dsl import executor_main
except ImportError:
    from kfp.components import executor_main  # where it was before 2.1

__all__ = ["executor_main"]
