"""A secret that nobody has told is asked for before anything starts."""

from kfp import dsl, kubernetes


@dsl.component
def check():
    raise AssertionError("it must not start")


@dsl.pipeline(name="secret-missing")
def secret_missing():
    kubernetes.use_secret_as_env(check(), secret_name="no-such-secret", secret_key_to_env={"password": "PASSWORD"})
