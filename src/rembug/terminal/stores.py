"""The store that a command works on."""

from rembug import settings
from rembug.changes.ontology import ensure_ontology, has_ontology, judge_ontology
from rembug.changes.studies import shipped as shipped_studies
from rembug.errors import StoreUnreachable, Words
from rembug.graph import KnowledgeGraph
from rembug.settings import Location, Settings
from rembug.terminal.notes import tell


def existing(store: str | None) -> KnowledgeGraph:
    """The store that a person named, which must be there; raises StoreUnreachable.

    That it lacks frameworks in the folder of the setting `frameworks`, or has other ones, is told.
    """
    location = Settings.load(given={"store": store}).location
    require(location)
    own = settings.own_frameworks()
    graph = KnowledgeGraph.open(location)
    if own and not has_ontology(graph):
        folder = own[0].parent
        told = Words(
            f"the store does not have the frameworks in {folder} as they are there; "
            "`rembug serve`, or the next that is added, takes them in",
            f"kerangka dalam {folder} belum ada di penyimpanan, atau isinya berbeda; "
            "`rembug serve`, atau penambahan berikutnya, memasukkannya",
        )
        tell([told])
    return graph


def existing_or_new(store: str | None) -> KnowledgeGraph:
    """The store that a person named; one that is made for it is told of, with its folder."""
    location = Settings.load(given={"store": store}).location
    new = location.server is None and not location.folder.is_dir()
    graph = KnowledgeGraph.open(location)
    if new:
        folder, shipped = location.folder.absolute(), " ".join(map(str, shipped_studies()))
        made = Words(
            f"a new store is made in {folder}; --store names another, such as a service's. It "
            f"begins without the shipped study, and `rembug serve` does not add that later; to "
            f"have it, too: rembug add {shipped}",
            f"penyimpanan baru dibuat di {folder}; dengan --store disebutkan penyimpanan lain, "
            "misalnya milik layanan. Isinya belum mencakup studi bawaan, dan `rembug serve` pun "
            f"tidak menambahkannya; bila diperlukan juga: rembug add {shipped}",
        )
        tell([made])
    return graph


def require(location: Location) -> None:
    """Raise StoreUnreachable where there is no store."""
    if location.server is None and not location.folder.is_dir():
        folder = location.folder.absolute()  # a relative name says nothing in another folder
        raise StoreUnreachable(
            Words(
                f"there is no store in {folder}; name another with --store; `rembug serve` makes "
                "one with the shipped study, `rembug study create` an empty one",
                f"tidak ada penyimpanan di {folder}; sebutkan yang lain dengan --store; "
                "`rembug serve` membuatnya beserta studi bawaan, `rembug study create` membuat "
                "yang kosong",
            )
        )


def existing_or_blank(store: str | None) -> KnowledgeGraph:
    """The store that a person named; where none is named and none is there, one in memory.

    Frameworks in the folder of the setting `frameworks` are judged, and raise as `judge_ontology`.
    """
    location = Settings.load(given={"store": store}).location
    if settings.own_frameworks():
        judge_ontology()
    if store is not None or location.server or location.folder.is_dir():
        return existing(store)
    graph = KnowledgeGraph.in_memory()
    ensure_ontology(graph)
    return graph


def with_frameworks(store: str | None) -> KnowledgeGraph:
    """A graph with the frameworks that the setting `frameworks` names, or else those of the store.

    Where the setting names some, they are read from their files, judged, and not stored.
    """
    location = Settings.load(given={"store": store}).location
    if not settings.own_frameworks():
        return existing_or_blank(store)
    if store is not None:
        require(location)
    graph = KnowledgeGraph.in_memory()
    ensure_ontology(graph)
    return graph
