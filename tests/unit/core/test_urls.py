"""No URL that is shown lets anybody in."""

import pytest

from penstock.core.urls import without_secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ada:s3cret@host:5432/db", "postgresql://ada@host:5432/db"),
        ("postgresql://ada:s3/cr@et@host/db", "postgresql://ada@host/db"),
        ("postgresql://:s3cret@host/db", "postgresql://@host/db"),
        ("postgresql:///db?host=/tmp&password=s3cret&user=ada", "postgresql:///db?host=/tmp&user=ada"),
        ("postgresql:///db?sslpassword=s3cret", "postgresql:///db"),
        ("s3://bucket/prefix", "s3://bucket/prefix"),
        ("s3://key:s3cret@bucket/prefix", "s3://key@bucket/prefix"),
        ("abfs://box@account/dir@v1", "abfs://box@account/dir@v1"),
        ("https://host/x?sig=s3cret&X-Amz-Credential=s3cret", "https://host/x"),
        ("/home/ada/a:b@c?password=not", "/home/ada/a:b@c?password=not"),
    ],
)
def test_secrets_are_left_out(url: str, shown: str) -> None:
    assert without_secrets(url) == shown
    assert "s3cret" not in without_secrets(url)
