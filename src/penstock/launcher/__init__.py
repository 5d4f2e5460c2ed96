"""Runs one task: loads the author's code and inputs, calls it, stores its outputs. The only part that sees author code.

It runs inside a worker, and as a plain command, `python3 -m penstock.launcher`, in a container on Kubeflow.
"""
