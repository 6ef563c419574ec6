"""The workbench: the verbs that a photo goes through, in their order.

people → cases → intake → reading → copies → review → catalogs → matching → tracing → exports
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import replace
from importlib import metadata
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from evidence_store.errors import KeyMissing
from evidence_store.keys import KeyFolder
from evidence_store.ledger import Ledger
from workbench.cases import Cases
from workbench.catalogs import Catalogs
from workbench.copies import Copies
from workbench.demo import Demo
from workbench.exhibits import Exhibits
from workbench.exports import Exports
from workbench.find import Finder
from workbench.images import Images
from workbench.intake import Intake
from workbench.matching import Matching
from workbench.named_blobs import NamedBlobs
from workbench.people import People
from workbench.projection import BATCH, Projection
from workbench.publication import Publication
from workbench.reading import ReadingRoom
from workbench.review import ReviewRoom
from workbench.stores import Stores, utc_now
from workbench.tracing import Tracing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from evidence_store.checkpoint import NoteSigner
    from workbench.projection import Step
    from workbench.settings import Settings

#: Whose versions a bundle names: what decoded, read, compared and sealed.
_SOFTWARE = (
    "rapidocr",
    "onnxruntime",
    "easyocr",
    "torch",
    "opencv-python",
    "pillow",
    "imagehash",
    "av",
    "cryptography",
)
VERSION = "0.1.0"


class Workbench:
    """All services over one store; safe to share between threads."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        images = Images(stores)
        self.people = People(stores)
        self.cases = Cases(stores, self.people)
        self.review = ReviewRoom(stores, self.people, self.cases)
        self.copies = Copies(stores, self.people, self.cases, images, self.review)
        self.exhibits = Exhibits(stores, self.people, self.cases, images)
        self.intake = Intake(stores, self.cases, self.exhibits, self.copies, images)
        self.reading = ReadingRoom(stores, self.cases, self.copies)
        self.finder = Finder(stores, self.cases)
        self.catalogs = Catalogs(stores, self.people)
        self.matching = Matching(
            stores, self.people, self.cases, self.review, self.catalogs, self.reading
        )
        self.tracing = Tracing(self)
        self.exports = Exports(self)
        self.publication = Publication(self)
        self.demo = Demo(self)

    @classmethod
    def open(cls, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> Workbench:
        """Open the store, made anew where there is none.

        Raises the store's errors where the folder or the database cannot be used.
        """
        settings.store.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys = KeyFolder(settings.store / "keys", clock=clock)
        origin = _origin(settings.store)
        ledger = Ledger(
            settings.database_url,
            clock=clock,
            origin=origin,
            signer=_checkpoint_key(keys, origin),
        )
        projection = Projection(settings.database_url, ledger)
        return cls(
            Stores(
                settings=settings,
                blobs=NamedBlobs(settings.bucket or settings.store / "blobs", projection),
                ledger=ledger,
                keys=keys,
                projection=projection,
                clock=clock,
                origin=origin,
            )
        )

    @property
    def is_behind(self) -> bool:
        """Whether so many entries are not folded yet that whoever waits should be told.

        So it is where an older program shaped the tables, and they are made anew.
        """
        return self.stores.projection.waiting() > BATCH

    def catch_up(self, on_step: Step) -> None:
        """Bring the tables behind the screens up to date with every log."""
        self.stores.projection.catch_up_all(on_step)

    @contextmanager
    def refolded(self) -> Iterator[Workbench]:
        """The same store through tables that are folded anew from the log, for what is sealed.

        The tables that screens read are kept from day to day in a database that others may
        write to; a log's entries are held against its tree whenever they are read.
        """
        at = self.stores.settings.store
        with TemporaryDirectory(prefix="folding-", dir=at, ignore_cleanup_errors=True) as folder:
            projection = Projection(f"sqlite:///{folder}/tables.sqlite3", self.stores.ledger)
            anew = Workbench(replace(self.stores, projection=projection))
            try:
                yield anew
            finally:
                anew.catalogs.close()
                projection.close()

    def close(self) -> None:
        """Finish what runs in the background and let go of the store."""
        self.reading.close()
        self.copies.close()
        self.catalogs.close()
        self.stores.projection.close()
        self.stores.ledger.close()

    def software(self) -> tuple[tuple[str, str], ...]:
        """(name, version) of the parts that a bundle's content depends on."""
        found = [("nameplate", VERSION)]
        for name in _SOFTWARE:
            try:
                found.append((name, metadata.version(name)))
            except metadata.PackageNotFoundError:
                continue
        return tuple(found)


def _origin(store: Path) -> str:
    """The name of this store in its checkpoints: drawn once, then kept."""
    path = store / "origin"
    if not path.exists():
        part = path.with_suffix(f".{secrets.token_hex(4)}")
        part.write_text(f"store-{secrets.token_hex(8)}.nameplate\n", encoding="ascii")
        try:
            path.hardlink_to(part)
        except FileExistsError:
            pass  # another process drew it first
        finally:
            part.unlink()
    return path.read_text(encoding="ascii").strip()


def _checkpoint_key(keys: KeyFolder, origin: str) -> NoteSigner:
    """The key that signs checkpoints: the store's own, made with it."""
    try:
        keys.public(origin)
    except KeyMissing:
        keys.create(origin)
    return keys.note_signer(origin)
