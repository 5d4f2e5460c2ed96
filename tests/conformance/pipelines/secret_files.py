"""Secrets and config maps as files."""

from kfp import dsl, kubernetes

SINCE = "2.7"


@dsl.component
def read():
    with open("/tmp/penstock-conformance/secrets/password") as file:
        assert file.read() == 's3cr\'et "x"'
    with open("/tmp/penstock-conformance/settings/level") as file:
        assert file.read() == "debug"


@dsl.pipeline(name="secret-files")
def secret_files():
    task = read()
    kubernetes.use_secret_as_volume(task, secret_name="database", mount_path="/tmp/penstock-conformance/secrets")
    kubernetes.use_config_map_as_volume(
        task, config_map_name="logging", mount_path="/tmp/penstock-conformance/settings"
    )
