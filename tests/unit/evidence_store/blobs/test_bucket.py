"""Blobs in an S3 store: moto's server speaks the real protocol."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from evidence_store.blobs import bucket
from evidence_store.blobs.store import BlobStore, sha256_of
from evidence_store.errors import BlobDamaged, BlobMissing, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATA = b"the bytes of an original"
NAME = sha256_of(DATA)
OPTIONS: dict[str, Any] = {
    "region": "us-east-1",
    "access_key_id": "test",
    "secret_access_key": "test",
    "client_options": {"allow_http": True},
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def raw(endpoint: str, request: pytest.FixtureRequest) -> S3Store:
    """The same bucket, past our own code."""
    import urllib.request

    name = f"b{abs(hash(request.node.name))}"
    made = urllib.request.Request(f"{endpoint}/{name}", method="PUT")
    urllib.request.urlopen(made).close()
    return S3Store(name, prefix="store", endpoint=endpoint, **OPTIONS)


@pytest.fixture
def blobs(endpoint: str, raw: S3Store) -> BlobStore:
    return BlobStore(f"s3://{raw.config['bucket']}/store", endpoint=endpoint, **OPTIONS)


def key(name: str) -> str:
    return f"sha256/{name[:2]}/{name}"


def test_what_is_put_is_got(blobs: BlobStore) -> None:
    assert blobs.put(DATA) == NAME
    assert blobs.put(DATA) == NAME
    assert blobs.get(NAME) == DATA
    assert (blobs.size(NAME), blobs.exists(NAME)) == (len(DATA), True)
    assert list(blobs.names()) == [NAME]
    with blobs.local_path(NAME) as path:
        assert path.read_bytes() == DATA
    assert not path.exists()


def test_what_is_not_there_is_said(blobs: BlobStore) -> None:
    assert not blobs.exists(NAME)
    for act in (blobs.get, blobs.size, blobs.check):
        with pytest.raises(BlobMissing):
            act(NAME)


def test_altered_bytes_are_never_handed_out(blobs: BlobStore, raw: S3Store) -> None:
    blobs.put(DATA)
    obstore.put(raw, key(NAME), DATA[:-1] + b"!")
    with pytest.raises(BlobDamaged):
        blobs.get(NAME)
    with pytest.raises(BlobDamaged), blobs.local_path(NAME):
        pytest.fail("a path was given")


def test_a_large_file_goes_in_parts_and_comes_in_pieces(
    blobs: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "ONE_REQUEST", 1024 * 1024)
    large = tmp_path / "clip.mp4"
    large.write_bytes(bytes(range(256)) * 4096 * 24)
    name = blobs.put_file(large)
    assert blobs.size(name) == large.stat().st_size
    with (tmp_path / "copy").open("wb") as target:
        blobs.copy_to(name, target)
    assert (tmp_path / "copy").read_bytes() == large.read_bytes()
    assert max(map(len, blobs.stream(name))) < 2 * 1024 * 1024


def test_half_an_object_is_neither_acknowledged_nor_replaced(
    blobs: BlobStore, raw: S3Store
) -> None:
    obstore.put(raw, key(NAME), DATA[:5])
    with pytest.raises(BlobDamaged):
        blobs.put(DATA)
    assert bytes(obstore.get(raw, key(NAME)).bytes()) == DATA[:5]


def test_a_store_that_does_not_answer_is_said() -> None:
    gone = BlobStore(
        "s3://none/store",
        endpoint="http://127.0.0.1:9",
        retry_config={"max_retries": 0, "backoff": {}, "retry_timeout": timedelta(seconds=1)},
        **OPTIONS,
    )
    with pytest.raises(StoreUnavailable):
        gone.put(DATA)
    for act in (gone.get, gone.size, gone.exists):
        with pytest.raises(StoreUnavailable):
            act(NAME)
