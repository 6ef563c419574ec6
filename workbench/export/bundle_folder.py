"""The folder of bundles, and the keys of the people who sign them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_store.bundle.archive import zip_bundle
from evidence_store.bundle.layout import KeyHeld, Signer

if TYPE_CHECKING:
    from pathlib import Path

    from evidence_store.bundle.layout import Role
    from workbench.stores.stores import Stores
    from workbench.types import Actor


class BundleFolder:
    """Where sealed and public bundles are stored, each as a folder with its ZIP next to it."""

    def __init__(self, stores: Stores) -> None:
        self._keys = stores.keys
        self.path = stores.settings.store / "bundles"
        self.path.mkdir(parents=True, exist_ok=True)

    def free(self, name: str) -> Path:
        """A folder path that is still free: one state may be sealed or published twice."""
        path = self.path / name
        again = 2
        while path.exists():
            path = self.path / f"{name}-{again}"
            again += 1
        return path

    def pack(self, name: str) -> Path:
        """Pack a bundle into a new ZIP; the folder is the bundle, the ZIP is only for sending."""
        folder = self.path / name
        folder.with_name(f"{name}.zip").unlink(missing_ok=True)
        return zip_bundle(folder)

    def signer(self, actor: Actor, role: Role) -> Signer:
        """A signed-in person who signs in a role, with the key that is stored here."""

        def sign(message: bytes, namespace: str) -> str:
            return self._keys.sign(
                actor.person_id, message, namespace=namespace, passphrase=actor.passphrase
            )

        return Signer(role=role, person=actor.person_id, sign=sign)

    def key_held(self, person: str) -> KeyHeld:
        """Who holds a person's private key: only the person, or this store."""
        held_by = self._keys.public(person).held_by
        return KeyHeld.OWN if held_by == "person" else KeyHeld.SERVER
