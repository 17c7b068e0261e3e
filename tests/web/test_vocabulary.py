"""The editor completes from the vocabulary and the shapes: what fits a class, what it must have."""

import json

from flask.testing import FlaskClient

from rembug import terms
from rembug.terms import CG


def told(client: FlaskClient, lang: str = "en") -> dict:  # type: ignore[type-arg]
    return json.loads(client.get(f"/sparql/terms.json?lang={lang}").data)


def test_every_term_has_its_names_in_both_languages(client: FlaskClient) -> None:
    found = {term["curie"]: term for term in told(client)["terms"]}
    program = found["cg:Program"]
    assert program["label"] == {"en": "Program", "id": "Program"}
    assert program["sort"] == "class"
    assert found["cg:concerns"]["label"]["id"] == "mengenai aspek"
    assert found["ansell-gash:trust-building"]["sort"] == "concept"
    assert told(client)["prefixes"]["ansell-gash"] == f"{terms.SCHEME}ansell-gash/"
    assert all(set(term["label"]) == {"en", "id"} for term in found.values())
    indonesian = {term["curie"]: term for term in told(client, "id")["terms"]}
    assert indonesian["cg:Program"]["definition"] != program["definition"]


def test_what_a_class_must_have_comes_first(client: FlaskClient) -> None:
    fits = [(iri, required) for iri, required in told(client)["fits"][str(CG.Finding)]]
    flags = [required for _, required in fits]
    assert flags == sorted(flags, reverse=True)
    assert dict(fits)[str(CG.about)] is True
    assert dict(fits)[str(CG.rating)] is False
    assert str(CG.ledBy) not in dict(fits)


def test_a_kind_of_a_class_takes_what_the_class_takes(client: FlaskClient) -> None:
    fits = told(client)["fits"]
    recommendation = dict(fits[str(CG.Recommendation)])
    assert recommendation.items() >= dict(fits[str(CG.Finding)]).items()
    assert recommendation[str(CG.addresses)] is True


def test_a_warning_makes_nothing_required(client: FlaskClient) -> None:
    assert dict(told(client)["fits"][str(CG.Evidence)])[str(CG.selector)] is False


def test_the_values_of_a_property_are_of_the_scheme_that_its_shape_names(
    client: FlaskClient,
) -> None:
    assert told(client)["values"][str(CG.rating)] == [f"{terms.SCHEME}rating/"]
