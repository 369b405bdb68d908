"""Dense search: the interface, and Chroma behind it, embedded or as a server.

Chroma holds ids and vectors, never text. What it returns is checked against the catalog, so a passage
that is not (or no longer) live never gets out. It is created without an embedding function and refused when its stored
configuration names one, because Chroma's client would build that from the data.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable
from urllib.parse import urlsplit

import numpy as np

from rag.errors import IndexFailedError, IndexMismatchError, IndexMissingError, LibraryError, SettingsError
from rag.library.catalog import Catalog
from rag.library.rows import FloatArray
from rag.settings import Vectors

logger = logging.getLogger(__name__)
T = TypeVar("T")

EXACT_WITHIN = 5_000
"""Up to so many allowed passages are compared one by one; an approximate search could miss the few that are allowed."""


@runtime_checkable
class VectorIndex(Protocol):
    """Finds the live passages nearest to a vector."""

    def search(self, vector: FloatArray, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Nearest passages.

        Args:
            vector: Of unit length, shape ``(dim,)``.
            k: Most passages returned.
            within: Passage ids to keep to; None for all live ones.

        Returns:
            Pairs of passage id and cosine similarity, best first.
        """
        ...


def nearest(ids: Sequence[str], matrix: FloatArray, vector: FloatArray, k: int) -> list[tuple[str, float]]:
    """The ``k`` rows of a matrix nearest to a vector, by cosine, best first."""
    return best(ids, matrix @ vector, k) if len(ids) else []


def best(ids: Sequence[str], scores: FloatArray, k: int) -> list[tuple[str, float]]:
    """The ``k`` ids of highest score, shape ``(n,)``, best first."""
    if not len(ids) or k <= 0:
        return []
    top = np.argpartition(-scores, min(k, len(scores)) - 1)[:k]
    return [(ids[i], float(scores[i])) for i in top[np.argsort(-scores[top], kind="stable")]]


class ChromaIndex:
    """One Chroma collection, with a deadline on every call."""

    def __init__(self, client: Any, collection: Any, catalog: Catalog, model: str, settings: Vectors) -> None:
        self._client = client
        self._collection = collection
        self._catalog = catalog
        self._model = model
        self._timeout_s = settings.timeout_s
        self.batch_size = min(4_000, int(client.get_max_batch_size()))
        self.stuck = False

    @classmethod
    def open(
        cls, place: Path | Vectors, name: str, catalog: Catalog, model: str, settings: Vectors, *, create: bool = False
    ) -> ChromaIndex:
        """Open a collection.

        Args:
            place: Folder of an embedded Chroma, or the settings that name a server.
            name: Of the collection.
            catalog: Says which passages are live.
            model: Whose vectors these are.
            settings: Search breadth and deadline.
            create: Make the collection, empty; one of that name is deleted first.

        Returns:
            The index.

        Raises:
            LibraryError: Chroma fails or hangs; an ``IndexMissingError`` when there is no such collection or server, an
                ``IndexMismatchError`` when its configuration names an embedding function or another measure than cosine.
        """
        if isinstance(place, Vectors):
            server_address(place.url)  # a wrong setting is no fault of Chroma's
        load_chroma()  # not under the deadline: on a busy machine this takes longer than any sound call
        client: Any = None
        try:
            client = _with_deadline(lambda: _connect(place), settings.timeout_s, "opening Chroma")
            collection = _with_deadline(
                lambda: _collection(client, name, settings.ef_search, create), settings.timeout_s, f"opening collection {name}"
            )
            return cls(client, collection, catalog, model, settings)
        except TimeoutError as error:  # the client is left to its thread, which still works in it
            raise LibraryError(f"Chroma: {error}; run `rag doctor`") from error
        except LibraryError:
            _close(client)
            raise
        except Exception as error:
            _close(client)
            raise LibraryError(f"Chroma: opening collection {name} failed ({error}); run `rag doctor`") from error

    def search(self, vector: FloatArray, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Nearest live passages; see ``VectorIndex.search``."""
        if k <= 0 or (within is not None and not within):
            return []
        if within is not None and len(within) <= EXACT_WITHIN:
            ids, matrix = self._catalog.vectors_of_ids(list(within), self._model)
            return nearest(ids, matrix, vector, k)
        allowed = within if within is None or isinstance(within, set | frozenset) else set(within)
        ask = k + 16  # a few more, for passages that a replaced report leaves behind until it is cleaned up
        while True:
            found = self._query(vector, ask)
            live = self._catalog.live_ids([passage_id for passage_id, _ in found])
            kept = [pair for pair in found if pair[0] in live and (allowed is None or pair[0] in allowed)]
            if len(kept) >= k or len(found) < ask:
                return kept[:k]
            ask *= 4

    def _query(self, vector: FloatArray, n: int) -> list[tuple[str, float]]:
        query = [np.asarray(vector, dtype=np.float32)]
        found = self._call(
            lambda: self._collection.query(query_embeddings=query, n_results=n, include=["distances"]), "searching"
        )
        return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def query_many(self, vectors: FloatArray, n: int) -> list[list[tuple[str, float]]]:
        """Raw answers of the collection for several vectors, not checked against the catalog: for the check-up."""
        found = self._call(
            lambda: self._collection.query(query_embeddings=list(vectors), n_results=n, include=["distances"]), "searching"
        )
        return [
            [(i, 1.0 - float(d)) for i, d in zip(ids, distances, strict=True)]
            for ids, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def upsert(self, ids: Sequence[str], vectors: FloatArray) -> None:
        """Put vectors in, in batches Chroma accepts; ids that are there are overwritten.

        Args:
            ids: Passage ids.
            vectors: Shape ``(n, dim)``.
        """
        for at in range(0, len(ids), self.batch_size):
            part, rows = list(ids[at : at + self.batch_size]), np.asarray(vectors[at : at + self.batch_size], dtype=np.float32)
            self._call(partial(self._collection.upsert, ids=part, embeddings=rows), "storing vectors")

    def delete(self, ids: Sequence[str]) -> None:
        """Take ids out; those that are not there are passed over."""
        for at in range(0, len(ids), self.batch_size):
            part = list(ids[at : at + self.batch_size])
            self._call(partial(self._collection.delete, ids=part), "deleting vectors")

    def count(self) -> int:
        """Number of vectors, live or not."""
        return int(self._call(self._collection.count, "counting"))

    def ids(self) -> list[str]:
        """All ids, live or not."""
        found: list[str] = []
        while True:
            page = self._call(partial(self._collection.get, include=[], limit=20_000, offset=len(found)), "listing ids")["ids"]
            found += page
            if len(page) < 20_000:
                return found

    def drop(self) -> None:
        """Delete the collection (of a server; an embedded one is deleted with its folder)."""
        self._call(lambda: self._client.delete_collection(self._collection.name), "deleting a collection")

    def close(self) -> None:
        """Let go of the files; skipped when a call is still stuck in them."""
        if not self.stuck:
            _close(self._client)

    def _call(self, function: Callable[[], T], what: str) -> T:
        try:
            return _with_deadline(function, self._timeout_s, what)
        except TimeoutError as error:
            self.stuck = True
            raise IndexFailedError(f"Chroma: {error}; run `rag doctor`") from error
        except Exception as first:
            # A first flush was seen to fail once and then work; every call here may be repeated.
            logger.info("Chroma failed at %s, trying once more: %s", what, first)
            try:
                return _with_deadline(function, self._timeout_s, what)
            except TimeoutError as error:
                self.stuck = True
                raise IndexFailedError(f"Chroma: {error}; run `rag doctor`") from error
            except Exception as error:
                raise IndexFailedError(f"Chroma: {what} failed ({error}); run `rag doctor`") from error


def load_chroma() -> None:
    """Import chromadb, a second's work.

    Raises:
        LibraryError: It cannot be imported; an ``.env`` of the working directory that it reads on the way may be why.
    """
    try:
        import chromadb  # noqa: F401
    except Exception as error:
        raise LibraryError(
            f"Chroma cannot be loaded ({error}); look for CHROMA_ settings in the environment or an .env here"
        ) from error


def _close(client: Any) -> None:
    if client is None:
        return
    servers = [getattr(part, "_server", None) for part in (client, getattr(client, "_admin_client", None))]
    client.close()
    for server in servers:
        session = getattr(server, "_session", None)
        if session is not None:  # Chroma's HTTP client leaves its connections open
            session.close()


def _connect(place: Path | Vectors) -> Any:
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    # _env_file=None: Chroma would otherwise take settings from an .env file in whatever folder the program is started in.
    if isinstance(place, Path):
        place.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(path=str(place), settings=ChromaSettings(_env_file=None, anonymized_telemetry=False))
    host, port, ssl = server_address(place.url)
    try:
        return chromadb.HttpClient(
            host=host,
            port=port,
            ssl=ssl,
            settings=ChromaSettings(_env_file=None, anonymized_telemetry=False),
            tenant=place.tenant,
            database=place.database,
        )
    except ValueError as error:
        raise IndexMissingError(
            f"{place.url}: no Chroma server answers there ({error}); start one or unset vectors.url"
        ) from error


def server_address(url: str) -> tuple[str, int, bool]:
    """Host, port and whether TLS is used, of ``vectors.url``.

    Args:
        url: Such as ``http://localhost:8000``.

    Returns:
        The parts; the port is 8000, or 443 for https, when none is given.

    Raises:
        SettingsError: It is no such address.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == -1 or parts.path.strip("/") or parts.query:
        raise SettingsError(f"vectors.url = {url!r}: not an address of a Chroma server; write http://host:port")
    return parts.hostname, port or (443 if parts.scheme == "https" else 8000), parts.scheme == "https"


def _collection(client: Any, name: str, ef_search: int, create: bool) -> Any:
    from chromadb.errors import NotFoundError

    if create:
        with contextlib.suppress(NotFoundError):
            client.delete_collection(name)  # a rebuild that died left it on the server
        hnsw = {"hnsw": {"space": "cosine", "ef_search": ef_search}}
        return client.create_collection(name, embedding_function=None, configuration=hnsw)
    try:
        collection = client.get_collection(name, embedding_function=None)
    except NotFoundError as error:
        raise IndexMissingError(f"Chroma: there is no collection {name}; run `rag reindex`") from error
    stored = collection.configuration_json or {}
    function = stored.get("embedding_function")
    # "legacy" is what Chroma writes for none.
    if function and function.get("type") != "legacy":
        raise IndexMismatchError(f"Chroma: collection {name} names an embedding function and is not ours; run `rag reindex`")
    hnsw = stored.get("hnsw") or {}
    if hnsw.get("space") not in {None, "cosine"}:
        raise IndexMismatchError(f"Chroma: collection {name} does not measure by cosine; run `rag reindex`")
    if hnsw and hnsw.get("ef_search") != ef_search:
        collection.modify(configuration={"hnsw": {"ef_search": ef_search}})
    return collection


def _with_deadline(function: Callable[[], T], seconds: float, what: str) -> T:
    """Run a call in a thread of its own and give up on it after the deadline: a full disk was seen to hang Chroma for good."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True, name="chroma-call")
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"{what} took longer than {seconds:g} s")
    if errors:
        raise errors[0]
    return results[0]
