"""A service that has just started: what is prepared only once is prepared before anybody asks."""

import http.client
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rembug import terms

from ..service import serving

ID, CG = "https://w3id.org/rembug/id/magetan", terms.CG
ACTOR = f"""
<{ID}/actor/new-{{0}}> a <{CG.CraftCentre}> ; <{CG.inStudy}> <{ID}/study/magetan> ;
    <http://www.w3.org/2000/01/rdf-schema#label> "Sentra Baru {{0}}"@id, "New Centre {{0}}"@en .
"""
WITHOUT_A_NAME = f"<{ID}/actor/x> a <{CG.CraftCentre}> ."


@pytest.mark.parametrize("start", [1, 2])
def test_the_first_requests_may_all_write_at_once(magetan_copy: Path, start: int) -> None:
    with serving(magetan_copy.parent) as service:
        answers: list[int] = []

        def send(method: str, path: str, body: str, media_type: str) -> None:
            line = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=60)
            headers = {"Authorization": f"Bearer {service.token}", "Content-Type": media_type}
            line.request(method, path, body.encode(), headers)
            answers.append(line.getresponse().status)

        requests = []
        for number in range(4):
            good, bad = ACTOR.format(number), WITHOUT_A_NAME
            update = f"INSERT DATA {{ GRAPH <{terms.GRAPH}magetan/u{number}> {{ {bad} }} }}"
            requests += [
                ("PUT", f"/graph/magetan/g{number}", good, "text/turtle"),
                ("PUT", f"/graph/magetan/b{number}", bad, "text/turtle"),
                ("POST", "/update", update, "application/sparql-update"),
            ]
        threads = [threading.Thread(target=send, args=request) for request in requests]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [201] * 4 + [422] * 8
        assert service.ask("GET", "/health/ready")[0] == 200
