"""/links/review: proposed links decided on by people, and what they agree on published.

Everybody who reviews has a table of their own on the server (`rembug.linking.desk`); a curator
publishes what those who decided agree on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, g, redirect, request

from rembug import linking, terms
from rembug.changes import publishing
from rembug.changes.commits import Commit
from rembug.errors import BadParameter, UnknownName, Unreviewed, Words
from rembug.graph import KnowledgeGraph, Role, passing_folder
from rembug.linking import datasets
from rembug.linking.desk import Desk, Pair, Review
from rembug.linking.levels import of_one_kind
from rembug.linking.match import lookup_of
from rembug.linking.model import Proposal, Row, Thing
from rembug.privacy import scan
from rembug.web.callers import caller, form_key, require
from rembug.web.context import graph, page_rows, settings_of
from rembug.web.links import link
from rembug.web.responses import page
from rembug.web.tables import told_apart
from rembug.web.words import shown, translate
from rembug.web.writing import audited

if TYPE_CHECKING:
    from rembug.linking.lookup import Lookup

blueprint = Blueprint("pairs", __name__)

_AT_ONCE: Final = 20  # pairs on a page
_LOOKED_UP: Final = 50  # rows at once, for those
_COUNTED: Final = 1000  # rows of which it is counted how many have proposals
_DECISIONS: Final = ("accept", "reject", "unsure")


@dataclass(frozen=True)
class _Desk:
    """A dataset's rows and what they are matched with, at one version.

    Attributes:
        rows: by their keys, in order.
        lookup: finds proposals for a row.
        decided: pairs that are decided for good.
        stands: whether a record is what somebody decided on.
        bands: how often scores turned out right among those.
        coded: those that an official code decides, one of a row.
    """

    rows: Mapping[str, Row]
    lookup: "Lookup"
    decided: frozenset[Pair]
    stands: linking.Standing
    bands: Sequence[linking.Band]
    coded: Sequence[Proposal]


@dataclass(frozen=True)
class Shown:
    """A pair as a reviewer sees it: the record and the thing, each with what is known of it."""

    proposal: Proposal
    record: Sequence[tuple[str, str]]
    thing: Thing
    places: Sequence[str]
    reasons: Sequence[str]


@blueprint.get("/links/review")
def choosing() -> Response:
    """The datasets whose links can be reviewed."""
    return page(
        "pairs-choice.html",
        datasets=[
            (slug, str(row["datasetLabel"]))
            for row in told_apart(page_rows("brought-datasets"), "dataset")
            if str(terms.dataset(slug := str(row["dataset"]).rpartition("/")[2]))
            == str(row["dataset"])
        ],
        studies=[
            (terms.study_of(str(row["study"])) or "", str(row["studyLabel"]))
            for row in page_rows("study-names")
        ],
        may=caller().role >= Role.RESEARCHER,
        given=request.args,
    )


@blueprint.get("/links/review/of")
def chosen() -> Response:
    """On to the dataset that the form names."""
    terms.require_slug("dataset", dataset := request.args.get("dataset", ""))
    given = {name: request.args[name] for name in ("study", "blind") if request.args.get(name)}
    return _to(f"/links/review/{dataset}", given)


@blueprint.get("/links/review/<dataset>")
def queue(dataset: str) -> Response:
    """Pairs that the caller has not decided on, and how far all who did agree."""
    terms.require_slug("dataset", dataset)
    return _queue(dataset, request.args.get("study", ""), blind=bool(request.args.get("blind")))


def _queue(
    dataset: str, study: str, *, blind: bool, unreviewed: Unreviewed | None = None
) -> Response:
    """The page of pairs; with what looks like persons, if that is what publishing waits for."""
    if (who := caller()).role < Role.RESEARCHER:
        return page("pairs-choice.html", datasets=[], studies=[], may=False, given={})
    desk = _desk(graph(), graph().version, dataset, study)
    reviews = _tables().reviews(dataset, desk.decided, desk.stands)
    own = reviews.get(terms.slug(who.name), Review())
    seen = set() if request.args.get("again") else set(own.words)
    pairs, after = _open(desk, seen, request.args.get("after", ""))
    joint = linking.together({name: review.decisions for name, review in reviews.items()})
    label = _label(dataset)
    response = page(
        "pairs.html",
        dataset=dataset,
        label=label,
        study=study,
        blind=blind,
        pairs=_shown(desk, pairs, label),
        said=own.words,
        after=after,
        own=own,
        reviews=reviews,
        joint=joint,
        changed=_changed(dataset, desk),
        coded=[] if blind else _coded(desk, own),
        bands=[] if blind else desk.bands,
        decisions=_DECISIONS,
        publishes=who.role >= Role.CURATOR and who.may_write(None),
        unreviewed=unreviewed,
        key=form_key(),
    )
    if unreviewed is not None:
        response.status_code = unreviewed.http_status
    return response


@blueprint.post("/links/review/<dataset>")
def decide(dataset: str) -> Response:
    """Keep what the caller decided, or publish what all agree on."""
    terms.require_slug("dataset", dataset)
    study = request.form.get("study", "")
    here = {name: request.form[name] for name in ("study", "blind") if request.form.get(name)}
    back = f"/links/review/{dataset}"
    if "publish" in request.form:
        require(Role.CURATOR, form=True, studies=[None])
        try:
            _publish(dataset, study)
        except Unreviewed as error:
            return _queue(dataset, study, blind="blind" in here, unreviewed=error)
        return _to(back, here)
    who = require(Role.RESEARCHER, form=True, studies=[])
    desk = _desk(graph(), graph().version, dataset, study)
    if "coded" in request.form:
        _accept_coded(dataset, desk, who.name)
        return _to(back, here)
    decisions, unsure = [], []
    for number in range(_AT_ONCE):
        word = request.form.get(f"decision-{number}", "")
        if not word:
            continue
        key, thing = request.form.get(f"key-{number}", ""), request.form.get(f"thing-{number}", "")
        name, place = (request.form.get(f"{what}-{number}", "") for what in ("name", "place"))
        proposal = _proposed(desk, Row(key, name, place), thing)
        if word not in _DECISIONS:
            words = ", ".join(_DECISIONS)
            raise BadParameter(
                Words(
                    f"decision-{number} is one of {words}",
                    f"decision-{number} diisi salah satu dari {words}",
                )
            )
        if word == "unsure":
            unsure.append(proposal)
        else:
            decisions.append(linking.Decision(proposal, word == "accept"))
    _tables().keep(dataset, who.name, Review(decisions, unsure), desk.stands)
    if after := request.form.get("after", ""):
        here["after"] = after
    return _to(back, here)


def _to(path: str, query: Mapping[str, str]) -> Response:
    """Send a browser on to another page of these."""
    response = Response(status=303)
    response.location = redirect(link(path, **query)).location
    return response


def _publish(dataset: str, study: str) -> None:
    """Publish what all who decided agree on, with who they are."""
    version = graph().version
    desk = _desk(graph(), version, dataset, study)
    reviews = _tables().reviews(dataset, desk.decided, desk.stands)
    joint = linking.together({name: review.decisions for name, review in reviews.items()})
    if not joint.decisions:
        raise BadParameter(
            Words(
                "there is nothing to publish yet: nobody has decided, or all is disputed",
                "belum ada yang dapat diterbitkan: belum ada keputusan, atau semuanya "
                "diperselisihkan",
            )
        )
    before = publishing.linkset_of(graph(), dataset)
    described = graph().read([terms.dataset_graph(dataset)])
    today = datetime.now(UTC).date()
    links = linking.linkset(joint.decisions, dataset, today, "", before, described)

    def write(review: scan.Review) -> Commit:
        with passing_folder() as folder:
            file = Path(folder) / f"{'+'.join(reviews)[:100]}.csv"
            with file.open("w", encoding="utf-8", newline="") as stream:
                linking.write_decisions(joint.decisions, stream)
            return publishing.publish_links(
                graph(),
                dataset,
                links,
                file,
                review=review,
                agent=caller().name,
                base=version,
            )

    def publish() -> Commit:
        try:
            return write(scan.Review())
        except Unreviewed as error:
            if request.form.get("reviewed") != error.digest:
                raise
            return write(scan.TRUSTED)  # the same version: nothing more is in it

    audited("publish links", str(terms.links_graph(dataset)), publish)


def _coded(desk: _Desk, own: Review) -> list[Proposal]:
    """Pairs that an official code decides and somebody has not decided on."""
    known = desk.decided | own.words.keys()
    return [p for p in desk.coded if (p.row.key, p.thing) not in known]


def _accept_coded(dataset: str, desk: _Desk, name: str) -> None:
    """Accept what an official code decides, just as many as somebody was shown."""
    reviews = _tables().reviews(dataset, desk.decided, desk.stands)
    found = _coded(desk, reviews.get(terms.slug(name), Review()))
    if request.form["coded"] != str(len(found)):
        raise BadParameter(
            Words(
                f"there are {len(found)} pairs with an equal official code now; open the page "
                "again",
                f"kini ada {len(found)} pasangan berkode resmi sama; buka lagi halamannya",
            )
        )
    _tables().keep(dataset, name, Review([linking.Decision(p) for p in found]), desk.stands)


def _changed(dataset: str, desk: _Desk) -> list[Proposal]:
    """What was decided of records that are others now; nothing of it counts."""
    pairs: dict[Pair, Proposal] = {}
    for review in _tables().reviews(dataset, desk.decided).values():
        for p in (*(d.proposal for d in review.decisions), *review.unsure):
            if not desk.stands(p):
                pairs[p.row.key, p.thing] = p
    return list(pairs.values())


def _tables() -> Desk:
    return Desk(settings_of().reviews)


@lru_cache(maxsize=4)
def _desk(graph: KnowledgeGraph, version: int, dataset: str, study: str) -> _Desk:
    """It is made once for each version of the graph."""
    del version
    content = graph.read([terms.dataset_graph(dataset)])
    if not content:
        brought = [slug for name in graph.graphs(Role.PUBLIC) if (slug := _brought(str(name)))]
        raise UnknownName("dataset", dataset, brought)
    links = publishing.linkset_of(graph, dataset)
    decided = frozenset(linking.decided(content + links))
    lookup = lookup_of(graph, study, dataset)
    told = of_one_kind(
        [*datasets.publishers(content, dataset), *datasets.rows(content, dataset)], lookup.things
    )
    rows = {row.key: row for row in told}
    alone = (found for row in rows.values() if len(found := lookup.coded(row)) == 1)
    return _Desk(
        rows,
        lookup,
        decided,
        linking.Standing(content, dataset),
        linking.calibration(links),
        [proposal for [proposal] in alone if proposal.row.code],
    )


def proposed_rows(dataset: str) -> int | None:
    """How many rows of a dataset have proposals that are not decided for good.

    None where there are more rows than are looked up for a page.
    """
    return _proposed_rows(graph(), graph().version, dataset)


@lru_cache(maxsize=32)
def _proposed_rows(graph: KnowledgeGraph, version: int, dataset: str) -> int | None:
    desk = _desk(graph, version, dataset, "")
    rows = list(desk.rows.values())
    if len(rows) > _COUNTED:
        return None
    return sum(
        any((row.key, one.thing) not in desk.decided for one in proposals)
        for row, proposals in zip(rows, desk.lookup.found(rows), strict=True)
        if not row.agent
    )


def _brought(name: str) -> str:
    beginning = str(terms.dataset_graph(""))
    return name.removeprefix(beginning) if name.startswith(beginning) else ""


def _open(desk: _Desk, seen: set[Pair], after: str) -> tuple[list[Proposal], str]:
    """The next pairs that nobody decided for good and the caller has not seen.

    Also the key of the last row that was looked at, where there are more.
    """
    found: list[Proposal] = []
    last = after
    behind = desk.rows.get(after, Row(after, "")).order  # where it stood, if the record is gone
    rows = [row for row in desk.rows.values() if not after or row.order > behind]
    for begin in range(0, len(rows), _LOOKED_UP):
        at_once = rows[begin : begin + _LOOKED_UP]
        for row, proposals in zip(at_once, desk.lookup.found(at_once), strict=True):
            pairs = ((p, (row.key, p.thing)) for p in proposals)
            some = [p for p, pair in pairs if pair not in desk.decided and pair not in seen]
            if found and len(found) + len(some) > _AT_ONCE:
                return found, last
            found += some
            last = row.key
    return found, ""


def _proposed(desk: _Desk, seen: Row, thing: str) -> Proposal:
    """What was proposed of a record as somebody saw it; raises BadParameter where it is no more."""
    row = desk.rows.get(seen.key)
    if row is not None and (row.name, row.place) == (seen.name, seen.place):
        for proposal in desk.lookup.proposals(row):
            if proposal.thing == thing:
                return proposal
    raise BadParameter(
        Words(
            f"the record {seen.key!r} and {thing} are not proposed any more; open the page again",
            f"baris data {seen.key!r} dan {thing} tidak diusulkan lagi; buka lagi halamannya",
        )
    )


def _shown(desk: _Desk, proposals: Sequence[Proposal], dataset: str) -> list[Shown]:
    """Pairs with what is known of both; of who published a dataset, what that is called.

    What a row is called stands above its cells, so that its name is in none of them.
    """
    told: dict[str, list[tuple[str, str]]] = {
        p.row.iri: [(translate("pairs.publisher"), dataset)] if p.row.agent else []
        for p in proposals
    }
    places: dict[str, list[str]] = {p.thing: [] for p in proposals}
    if told:
        names = {p.row.iri: p.row.name for p in proposals}
        for row in page_rows("record-columns", record=" ".join(told)):
            if str(row["value"]) != names[record := str(row["record"])]:
                told[record].append((str(row["columnLabel"]), shown(row["value"])))
        for row in page_rows("places-of", thing=" ".join(places)):
            places[str(row["thing"])].append(str(row["placeLabel"]))
    things = {thing.iri: thing for thing in desk.lookup.things}
    return [
        Shown(p, told[p.row.iri], things[p.thing], places[p.thing], _reasons(p.reason))
        for p in proposals
    ]


def _reasons(text: str) -> list[str]:
    """Why, in the language of the page."""
    parts = (part.partition(" | ") for part in text.split("; "))
    return [(id_ or en) if g.lang == "id" else en for en, _, id_ in parts]


def _label(dataset: str) -> str:
    iri = str(terms.dataset(dataset))
    rows = page_rows("brought-datasets")
    return next((str(r["datasetLabel"]) for r in rows if str(r["dataset"]) == iri), dataset)
