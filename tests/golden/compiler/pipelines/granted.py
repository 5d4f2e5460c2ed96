"""Secrets as variables and as files, next to what else is asked of the platform."""

from penstock import component, pipeline


@component(secrets={"DB_USER": "database/user", "DB_PASSWORD": "database/password", "TOKEN": "registry/token"})
def load(table: str) -> int:
    return len(table)


@component
def publish(count: int) -> None:
    print(count)


@pipeline
def granted(table: str = "trips") -> None:
    rows = load(table)
    publish.with_options(timeout="10m", secrets={"/etc/registry": "registry"})(rows)
