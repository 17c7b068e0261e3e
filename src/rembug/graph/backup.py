"""Online copies of the store, and the way back: a restore that is checked before it counts."""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from rembug import __version__
from rembug.errors import BadParameter, Damaged, StoreUnreachable, Words, why, with_cause
from rembug.graph.folders import ENGINE, KEY, PATCHES, READERS
from rembug.graph.owner.lock import Ownership

_MANIFEST: Final = "backup.json"
_REVIEWS: Final = "reviews"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Attributes:
        version: of the store.
        quads: how many.
        sha256: of each graph's triples as the engine lists them; the unnamed graph's key is empty.
        created: when, ISO 8601.
        rembug: which Rembug made it.
        files: SHA-256 of each file beside this description, by its path in the backup; in older
            ones of the engine's files alone, by name, or none.
    """

    version: int
    quads: int
    sha256: dict[str, str]
    created: str
    rembug: str
    files: dict[str, str] = field(default_factory=dict)


def describe(folder: Path, version: int) -> Manifest:
    """Read a backup's engine files through, and write what they hold beside them.

    The folder is its owner's alone from now on, as the store is.

    Raises:
        StoreUnreachable: the files cannot be read.
    """
    quads, digests = _content(folder / ENGINE)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = Manifest(version, quads, digests, now, __version__, _digests(folder))
    (folder / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return manifest


def copy_reviews(reviews: Path, folder: Path) -> None:
    """Copy what reviewers decided and nobody has published yet, if there is any.

    Their tables are replaced and never written over, so each comes whole.
    """
    if reviews.is_dir():
        hidden = shutil.ignore_patterns(".*", "*.part")
        shutil.copytree(reviews, folder / _REVIEWS, ignore=hidden)


def restore(
    folder: Path, location: str, reviews: Path | None = None
) -> tuple[Manifest, Path | None]:
    """Put a backup in the place of a store that nobody uses.

    The copy is compared with what the backup says of itself before it takes the store's place; what
    was there is moved aside and kept.

    Args:
        folder: a backup.
        location: the store's folder; made if it does not exist.
        reviews: the folder of decisions that nobody has published yet; those of the backup take its
            place, and what was there is kept beside it.

    Returns:
        What was restored, and where the engine files are that it replaced, if there were any.

    Raises:
        BadParameter: the folder is no backup, or the store is elsewhere.
        Damaged: the backup is not as it was written; the store is as it was.
        StoreInUse: a process owns the store.
        StoreUnreachable: the store cannot be written.
    """
    if "://" in location:
        raise BadParameter(
            Words(
                f"a backup is restored into a folder, and {location} is a URL",
                f"cadangan dipulihkan ke dalam folder, sedangkan {location} adalah URL",
            )
        )
    try:
        manifest = Manifest(**json.loads((folder / _MANIFEST).read_text(encoding="utf-8")))
    except OSError as error:
        told = why(error)
        if folder.is_dir():
            told = Words(f"{_MANIFEST}: {told.en}", f"{_MANIFEST}: {told.id}")
        raise _no_backup(folder, told) from error
    except (ValueError, TypeError) as error:
        told = with_cause(f"{_MANIFEST} cannot be read", f"{_MANIFEST} tidak dapat dibaca", error)
        raise _damaged(folder, told) from error
    if not (folder / ENGINE).is_dir():
        raise _damaged(folder, Words(f"{ENGINE}: it is not there", f"{ENGINE}: tidak ada"))
    store = Path(location)
    ownership = Ownership(store)
    arriving = store / f"{ENGINE}.arriving"
    try:
        shutil.rmtree(arriving, ignore_errors=True)
        shutil.copytree(folder / ENGINE, arriving)
        arriving.chmod(0o700)
        # Before the engine writes there: a damage that it does not look at would come out later.
        if wrong := {*_found(folder, arriving, manifest).items()} ^ {*manifest.files.items()}:
            names = ", ".join(sorted({name for name, _ in wrong}))
            told = Words(
                f"not what was written there: {names}",
                f"isinya tidak seperti saat ditulis: {names}",
            )
            raise _damaged(folder, told)
        try:
            same = _content(arriving) == (manifest.quads, manifest.sha256)
        except StoreUnreachable as error:
            raise _damaged(folder, error.words) from error
        if not same:
            told = Words(
                "its content is not what it says it is", "isinya tidak seperti yang dinyatakannya"
            )
            raise _damaged(folder, told)
        old = None
        if (store / ENGINE).exists():
            old = store / f"{ENGINE}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}"
            (store / ENGINE).rename(old)
            if (patches := store / PATCHES).exists():  # what is not in those files yet
                patches.rename(old.with_name(f"{old.name}.{PATCHES}"))
        shutil.rmtree(store / READERS, ignore_errors=True)  # of what was there before
        if (folder / KEY).exists():  # an older backup has none
            shutil.copy2(folder / KEY, store / KEY)
        if reviews is not None and (folder / _REVIEWS).is_dir():
            if reviews.exists():
                now = datetime.now(UTC)
                reviews.rename(reviews.with_name(f"{reviews.name}.before-{now:%Y%m%dT%H%M%S}"))
            shutil.copytree(folder / _REVIEWS, reviews)
        arriving.rename(store / ENGINE)
    except OSError as error:
        raise StoreUnreachable(
            Words(
                f"the backup cannot be restored into {store}: {why(error).en}",
                f"cadangan tidak dapat dipulihkan ke {store}: {why(error).id}",
            )
        ) from error
    finally:
        shutil.rmtree(arriving, ignore_errors=True)
        ownership.release()
    return manifest, old


def _no_backup(folder: Path, reason: Words) -> BadParameter:
    return BadParameter(
        Words(
            f"{folder} is not a backup made by Rembug: {reason.en}",
            f"{folder} bukan cadangan buatan Rembug: {reason.id}",
        )
    )


def _damaged(folder: Path, reason: Words) -> Damaged:
    return Damaged(
        Words(
            f"the backup in {folder} is damaged: {reason.en}; the store is as it was, restore an "
            "older backup",
            f"cadangan di {folder} rusak: {reason.id}; penyimpanan tidak berubah, pulihkan "
            "cadangan yang lebih lama",
        )
    )


def _found(folder: Path, arriving: Path, manifest: Manifest) -> dict[str, str]:
    """What the files of a backup are, of those that its description tells of."""
    engine = _digests(arriving)
    if not any("/" in name for name in manifest.files):  # an older one
        return engine if manifest.files else {}
    beside = {n: d for n, d in _digests(folder).items() if not n.startswith(f"{ENGINE}/")}
    return beside | {f"{ENGINE}/{name}": digest for name, digest in engine.items()}


def _digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file in a folder, by its path there; but of a description of it."""
    found = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if (name := file.relative_to(folder).as_posix()) != _MANIFEST:
            with file.open("rb") as content:
                found[name] = hashlib.file_digest(content, "sha256").hexdigest()
    return found


def _content(engine: Path) -> tuple[int, dict[str, str]]:
    try:
        store = ox.Store.read_only(str(engine))
        graphs: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [*store.named_graphs()]
        digests = {}
        for graph in (ox.DefaultGraph(), *graphs):
            name = "" if isinstance(graph, ox.DefaultGraph) else graph.value
            digests[name] = hashlib.sha256(
                store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
            ).hexdigest()
        return len(store), digests
    except (OSError, RuntimeError) as error:
        told = with_cause(
            f"the files in {engine} cannot be read",
            f"berkas di {engine} tidak dapat dibaca",
            error,
        )
        raise StoreUnreachable(told) from error
