"""An S3 server for tests, in this process: moto's. Other processes reach it too, by its address."""

import os
import secrets
from functools import cache

BUCKET = "penstock"


@cache
def endpoint() -> str:
    """The address of the server, which ends with this process."""
    os.environ.setdefault("MOTO_ACCOUNT_ID", "123456789012")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    import s3fs

    s3fs.S3FileSystem(**options(f"http://{host}:{port}")).mkdir(BUCKET)
    return f"http://{host}:{port}"


def new_prefix() -> str:
    """A URL under which there is nothing."""
    endpoint()
    return f"s3://{BUCKET}/{secrets.token_hex(4)}"


def options(address: str) -> dict[str, object]:
    """What `s3fs` needs to use the server."""
    return {"endpoint_url": address, "key": "test", "secret": "test", "client_kwargs": {"region_name": "eu-central-1"}}


def environment(address: str) -> dict[str, str]:
    """The same, for another process."""
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
