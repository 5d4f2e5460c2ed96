"""The same small pipelines in other systems, installed from PyPI, each in an environment of its own."""
