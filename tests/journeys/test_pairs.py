"""A reviewer decides on proposed links with single keys."""

from collections.abc import Callable
from pathlib import Path

from rembug.changes import publishing
from rembug.graph import KnowledgeGraph
from rembug.linking import datasets
from rembug.linking.datasets import Description

from .conftest import Browser
from .test_bringing import service  # noqa: F401  # a fixture

TABLE = "no;nama\n1;Sentra Batik Sambungroso\n2;K.U.B.E. Moekti Rahajoe\n"


def test_pairs_are_decided_on_by_keys(
    chromium: Browser,
    service: tuple[str, str],  # noqa: F811
    kg: KnowledgeGraph,
    tmp_path: Path,
    faults: Callable[[], list[str]],
) -> None:
    (tmp_path / "ikm.csv").write_text(TABLE)
    content = datasets.dataset(tmp_path / "ikm.csv", Description("ikm", "IKM", "Dinas")).graph
    publishing.publish_dataset(kg, "ikm", content, tmp_path / "ikm.csv")
    url, token = service
    chromium.screen(390)
    chromium.open(f"{url}/account?lang=id")
    chromium.read(f"document.querySelector('#token').value = {token!r}")
    chromium.follow("main form button")
    chromium.open(f"{url}/links/review/ikm?lang=id&study=magetan")
    assert chromium.read("document.activeElement.className") == "pair"
    assert faults() == []
    for key in ("1", "k", "j", "2"):
        chromium.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        chromium.call("Input.dispatchKeyEvent", type="keyUp", key=key)
    chosen = "[...document.querySelectorAll('input:checked')].map(e => e.value).join()"
    assert chromium.read(chosen) == "accept,reject"
    assert chromium.read("document.activeElement.type") == "submit"
    assert chromium.read("document.documentElement.scrollWidth") <= 390
    chromium.follow(".pairs button[type=submit]")
    chromium.follow("button[name=publish]")
    assert "IKM" in chromium.read("document.querySelector('h1').innerText")
    assert chromium.complaints() == []
