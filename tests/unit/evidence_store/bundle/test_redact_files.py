"""Which files of a sealed bundle a public one carries, and what it says of them."""

from __future__ import annotations

import hashlib
import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from evidence_store.bundle import redact_files as rules
from evidence_store.bundle.description import FileAccount
from evidence_store.bundle.leaks import Scanner, Secret
from evidence_store.bundle.redact_files import FileChoice, choose_files
from evidence_store.types import Sha256

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "field_observer_77"


def jpeg(*, exif: bool = False, camera: str = "SecretCam") -> bytes:
    out, made = io.BytesIO(), Image.Exif()
    made[0x010F] = camera
    more = {"exif": made} if exif else {}
    Image.new("RGB", (16, 16)).save(out, "JPEG", **more)
    return out.getvalue()


class Bag:
    """A sealed bundle's files, one beside the other."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.files: list[FileAccount] = []

    def put(self, path: str, data: bytes = b"open words", **more: Any) -> FileAccount:
        sha256 = hashlib.sha256(data).hexdigest()
        where = f"data/{path.replace('SHA', sha256)}"
        (self.top / where).parent.mkdir(parents=True, exist_ok=True)
        (self.top / where).write_bytes(data)
        told = {"media_type": "a/b", "title": "", "about": (), "derived_from": (), "made_by": ""}
        account = FileAccount(
            **{
                **told, "path": where, "sha256": Sha256(sha256), "size": len(data),
                "recorded_in": None, **more,
            }
        )  # fmt: skip
        self.files.append(account)
        return account

    def chosen(
        self, *exhibits: str, disclosed: dict[int, frozenset[str]] | None = None
    ) -> FileChoice:
        (self.top / "scratch").mkdir(exist_ok=True)
        return choose_files(
            SimpleNamespace(files=tuple(self.files)),  # type: ignore[arg-type]
            self.top,
            Scanner([Secret(label="account", text=SECRET)]),
            exhibits=frozenset(exhibits),
            scratch=self.top / "scratch",
            disclosed=disclosed or {},
        )


@pytest.fixture
def bag(tmp_path: Path) -> Bag:
    return Bag(tmp_path)


def names(choice: FileChoice) -> list[str]:
    return [file.bag_path for file in choice.kept]


def test_what_holds_a_withheld_value_is_left_out(bag: Bag) -> None:
    bag.put("readings/EX-0001.json")
    bag.put("readings/EX-0002.json", f"seen by {SECRET}".encode())
    bag.put(f"readings/{SECRET}.json")
    choice = bag.chosen()
    assert names(choice) == ["data/readings/EX-0001.json"]
    assert choice.left_out == (
        "data/readings/EX-0002.json",
        f"data/readings/{SECRET}.json",
    )


@pytest.mark.parametrize("path", ["report.pdf", "report.html", "traces/T-1.pdf"])
def test_reports_and_letters_are_left_out_unsearched(bag: Bag, path: str) -> None:
    bag.put(path)
    assert bag.chosen().left_out == (f"data/{path}",)


def test_what_is_about_a_withheld_exhibit_is_left_out_with_what_was_made_from_it(bag: Bag) -> None:
    first = bag.put("readings/a.json", about=("EX-0001",))
    second = bag.put("readings/b.json", derived_from=(first.path,), about=("EX-0002",))
    bag.put("readings/c.json", derived_from=(second.path,))
    bag.put("readings/d.json", about=("EX-0002", "EX-0003"))
    bag.files.reverse()
    assert names(bag.chosen("EX-0001")) == ["data/readings/d.json"]
    assert len(bag.chosen("EX-0009").kept) == 4


def test_files_that_name_each_other_as_made_from_are_left_out(bag: Bag) -> None:
    bag.put("readings/a.json", derived_from=("data/readings/b.json",))
    bag.put("readings/b.json", derived_from=("data/readings/a.json",))
    bag.put("readings/c.json")
    assert names(bag.chosen()) == ["data/readings/c.json"]


def test_what_sealing_wrote_itself_is_neither_carried_over_nor_left_out(bag: Bag) -> None:
    bag.put("bundle.json")
    bag.put("ledger/entries.jsonl", SECRET.encode())
    choice = bag.chosen()
    assert (choice.kept, choice.left_out) == ((), ())


def test_a_photo_without_metadata_is_carried_as_it_is(bag: Bag) -> None:
    account = bag.put("originals/SHA.jpg", jpeg(), title="A plate", made_by="Drawn.")
    (kept,) = bag.chosen().kept
    assert (kept.bag_path, kept.title, kept.made_by) == (account.path, "A plate", "Drawn.")


def test_a_photo_is_searched_as_it_is_released(bag: Bag) -> None:
    bag.put("originals/SHA.jpg", jpeg(exif=True, camera=SECRET))
    (kept,) = bag.chosen().kept
    assert SECRET.encode() not in kept.source.read_bytes()  # type: ignore[union-attr]


def test_a_photo_loses_its_metadata_and_with_that_its_name(bag: Bag) -> None:
    account = bag.put("originals/SHA.jpg", jpeg(exif=True))
    drawn = bag.put("derived/SHA.jpg", jpeg(), derived_from=(account.path,))
    first, second = bag.chosen().kept
    data = first.source.read_bytes()  # type: ignore[union-attr]
    assert b"SecretCam" not in data
    assert first.bag_path == f"data/derived/{hashlib.sha256(data).hexdigest()}.jpg"
    assert account.sha256 in first.made_by
    assert second.bag_path == drawn.path
    assert second.derived_from == (first.path,), "it is made from the file that is carried"
    assert bag.chosen().kept == (first, second), "once more, from the same folder"


def test_a_photo_without_a_suffix_is_called_by_its_hash_alone(bag: Bag) -> None:
    bag.put("originals/SHA", jpeg(exif=True))
    (kept,) = bag.chosen().kept
    assert "." not in kept.bag_path


def test_what_cannot_be_stripped_is_left_out(bag: Bag) -> None:
    account = bag.put("originals/SHA.bin", b"no picture")
    assert bag.chosen().left_out == (account.path,)


def test_a_photo_is_held_in_memory_up_to_512_mebibytes(
    bag: Bag, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rules.MAX_PHOTO == 512 * 1024**2
    account = bag.put("originals/SHA.jpg", jpeg())
    monkeypatch.setattr(rules, "MAX_PHOTO", account.size)
    assert names(bag.chosen()) == [account.path]
    monkeypatch.setattr(rules, "MAX_PHOTO", account.size - 1)
    assert bag.chosen().left_out == (account.path,)


def test_titles_and_commands_that_hold_a_withheld_value_are_not_told(bag: Bag) -> None:
    bag.put("readings/a.json", title=f"By {SECRET}", made_by=f"Cut for {SECRET}")
    (kept,) = bag.chosen().kept
    assert (kept.title, kept.made_by) == ("", "")


def test_the_entry_that_recorded_a_file_is_named_where_its_hash_is_disclosed(bag: Bag) -> None:
    account = bag.put("readings/a.json", recorded_in=7)
    known = {7: frozenset({str(account.sha256)})}
    assert bag.chosen(disclosed=known).kept[0].recorded_in == 7
    assert bag.chosen(disclosed={7: frozenset()}).kept[0].recorded_in is None
    assert bag.chosen().kept[0].recorded_in is None
    photo = bag.put("originals/SHA.jpg", jpeg(exif=True), recorded_in=8)
    disclosed = {8: frozenset({str(photo.sha256)})}
    recorded = {file.bag_path: file.recorded_in for file in bag.chosen(disclosed=disclosed).kept}
    assert set(recorded.values()) == {None}, "the file that is carried is another one"
