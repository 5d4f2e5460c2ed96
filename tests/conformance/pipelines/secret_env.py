"""Secrets and config maps in the environment of a task."""

from kfp import dsl, kubernetes

SINCE = "2.7"


@dsl.component
def check():
    import os

    assert os.environ["PASSWORD"] == 's3cr\'et "x"', os.environ["PASSWORD"]
    assert os.environ["LEVEL"] == "debug", os.environ["LEVEL"]


@dsl.pipeline(name="secret-env")
def secret_env():
    task = check()
    kubernetes.use_secret_as_env(task, secret_name="database", secret_key_to_env={"password": "PASSWORD"})
    kubernetes.use_config_map_as_env(task, config_map_name="logging", config_map_key_to_env={"level": "LEVEL"})
