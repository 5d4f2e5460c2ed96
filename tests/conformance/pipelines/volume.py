"""A volume claim of Kubernetes, which cannot be had here: refused before anything starts, with the reason."""

from kfp import dsl, kubernetes


@dsl.component
def use():
    raise AssertionError("it must not start")


@dsl.pipeline(name="volume")
def volume():
    kubernetes.mount_pvc(use(), pvc_name="shared", mount_path="/data")
