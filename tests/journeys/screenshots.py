"""Pictures of every kind of page, for people to look at: `make screenshots`; no test by itself."""

import base64
from pathlib import Path

import pytest

FOLDER = Path("screenshots")
PAGES = {
    "landing": "/",
    "question": "/queries/programs-lacking-sustainability-evidence",
    "findings": "/findings",
    "search": "/search?q=batik",
    "map": "/map",
    "compare": "/compare",
    "beside": "/map?about=magetan/collaboration/batik-smes&about=magetan/program/empowerment",
    "network": "/network",
    "sparql": "/sparql",
    "ontology": "/page/ontology",
    "submissions": "/submissions",
    "study": "/page/id/magetan/study/magetan",
    "program": "/page/id/magetan/program/empowerment",
    "policy": "/page/id/magetan/policy/batik-wearing",
    "actor": "/page/id/magetan/actor/mukti-rahayu",
    "finding": "/page/id/magetan/finding/collaboration-not-optimal",
    "evidence": "/page/id/magetan/evidence/shortcomings",
    "element": "/page/scheme/ansell-gash/face-to-face-dialogue",
    "place": "/page/id/magetan/place/magetan",
    "indicator": "/page/id/magetan/indicator/batik-centres",
    "source": "/page/id/magetan/document/abstract",
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(
    ("width", "scheme"), [(390, "light"), (390, "dark"), (1440, "light"), (1440, "dark")]
)
def test_take(chromium, site: str, name: str, lang: str, width: int, scheme: str) -> None:  # type: ignore[no-untyped-def]
    path = PAGES[name]
    chromium.screen(width, scheme)
    chromium.open(f"{site}{path}{'&' if '?' in path else '?'}lang={lang}")
    height = chromium.read("document.documentElement.scrollHeight")
    whole = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    taken = chromium.call("Page.captureScreenshot", captureBeyondViewport=True, clip=whole)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}-{lang}-{width}-{scheme}.png").write_bytes(base64.b64decode(taken["data"]))
