"""A real browser: headless Chromium, driven by the DevTools protocol over its web socket."""

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rembug import web
from rembug.graph import KnowledgeGraph
from rembug.settings import Settings
from tests import hostile

PATIENCE = 30
_LOOK = 5  # seconds for a browser to list its tabs
FLAGS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run
    --disable-background-networking --disable-component-update --disable-sync
    --remote-debugging-port=0 --enable-logging=stderr
"""
# Now and then a browser hangs or ends before its first tab: what it may lack differs by machine.
_STARTS = (
    "--disable-dev-shm-usage",
    "--disable-dev-shm-usage",
    "",
    "--disable-dev-shm-usage --no-zygote",
    "--no-zygote --disable-features=VizDisplayCompositor --disable-software-rasterizer",
    "--disable-dev-shm-usage --no-zygote --single-process",
)


# What the browser answers when the page that it asks goes away meanwhile.
_WENT_AWAY = (
    "Inspected target navigated or closed",
    "Execution context was destroyed.",
    "Cannot find default execution context",
)


class PageWentAway(Exception):
    """The page that was asked went away before it had answered: the tab is at another now."""


class Browser:
    """One tab."""

    def __init__(self, address: str) -> None:
        host, _, rest = address.removeprefix("ws://").partition("/")
        name, _, port = host.partition(":")
        self._socket = socket.create_connection((name, int(port)), PATIENCE)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET /{rest} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._read(1)
        self._number = 0
        self.heard: list[dict[str, Any]] = []
        self.call("Page.enable")
        self.call("Log.enable")
        self.call("Runtime.enable")

    def call(self, method: str, **params: object) -> dict[str, Any]:
        self._number += 1
        self._send(json.dumps({"id": self._number, "method": method, "params": params}).encode())
        while (answer := self._receive()).get("id") != self._number:
            self.heard.append(answer)
        if answer.get("error", {}).get("message") in _WENT_AWAY:
            raise PageWentAway(method)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, url: str) -> None:
        """Go to a URL and wait until the page stands."""
        self._wait_for_load(lambda: self.call("Page.navigate", url=url))

    def follow(self, selector: str) -> None:
        """Click what a selector finds first, and wait for the next page."""
        assert self.read(f"!!document.querySelector({selector!r})"), f"no {selector}"
        # The links of a drawing have no click() of their own.
        clicked = "dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))"
        self._wait_for_load(lambda: self.read(f"document.querySelector({selector!r}).{clicked}"))

    def click(self, selector: str) -> None:
        """Click with the mouse where the middle of an element is; needs no script in the page."""
        at = f"document.querySelector({selector!r}).getBoundingClientRect()"
        x, y = self.read(f"(r => [r.x + r.width / 2, r.y + r.height / 2])({at})")
        for kind in ("mousePressed", "mouseReleased"):
            about = {"x": x, "y": y, "button": "left", "clickCount": 1}
            self.call("Input.dispatchMouseEvent", type=kind, **about)

    def read(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def screen(self, width: int, scheme: str = "light", height: int = 800) -> None:
        """Take a screen of a width, and the colour scheme that the reader prefers."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        preferred = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in preferred.items()]
        self.call("Emulation.setEmulatedMedia", features=features)

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        for letter in text:
            self.call("Input.insertText", text=letter)

    def complaints(self) -> list[str]:
        """What the pages since the last time threw, logged as errors or were forbidden to do."""
        self.read("0")
        told = [event["params"] for event in self.heard if "params" in event]
        self.heard.clear()
        entries = [each["entry"] for each in told if each.get("entry", {}).get("level") == "error"]
        return [entry["text"] for entry in entries] + [
            each["exceptionDetails"]["text"] for each in told if "exceptionDetails" in each
        ]

    def wait_for(self, expression: str) -> None:
        """Wait until a JavaScript expression in the page is true."""
        assert self.until(lambda: self.read(f"!!({expression})")), f"never: {expression}"

    def until(self, look: Callable[[], Any]) -> Any:
        """What a look finds, as soon as it finds anything; or nothing, after a while."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(PageWentAway):  # what comes after it is looked at next
                if found := look():
                    return found
            time.sleep(0.05)
        return None

    def press(self, key: str, control: bool = False) -> None:
        code = {"Tab": 9, "Enter": 13, "Escape": 27, "Space": 32, "ArrowUp": 38, "ArrowDown": 40}[
            key
        ]
        typed = {"text": "\r"} if key == "Enter" and not control else {}
        about = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 2 * control}
        self.call("Input.dispatchKeyEvent", type="keyDown", **about, **typed)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def _wait_for_load(self, action: Callable[[], object]) -> None:
        self.read("window.before = true")
        with contextlib.suppress(PageWentAway):  # as it should
            action()
        stands = "!window.before && document.readyState === 'complete'"
        assert self.until(lambda: self.read(stands)), "the page did not load"

    def _send(self, text: bytes) -> None:
        form, sign = (">Q", 127) if len(text) > 0xFFFF else (">H", 126)
        size = struct.pack(form, len(text)) if len(text) > 125 else b""
        head = b"\x81" + bytes([0x80 | (sign if size else len(text))]) + size
        self._socket.sendall(head + bytes(4) + text)  # a mask of zeros changes nothing

    def _receive(self) -> dict[str, Any]:
        text, last = b"", False
        while not last:
            first, second = self._read(2)
            last, size = bool(first & 0x80), second & 0x7F
            if size > 125:
                form, width = (">H", 2) if size == 126 else (">Q", 8)
                (size,) = struct.unpack(form, self._read(width))
            text += self._read(size)
        answer: dict[str, Any] = json.loads(text)
        return answer

    def _read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            part = self._socket.recv(size - len(found))
            assert part, "the browser hung up"
            found += part
        return found


@pytest.fixture(scope="session")
def chromium(
    tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], None]
) -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        missing("chromium (apt-get install chromium)")
        raise AssertionError("unreachable")
    said = ""
    for start, more in enumerate(_STARTS):
        time.sleep(3 * start)  # what made it end may pass
        profile = tmp_path_factory.mktemp("chromium")
        command = [
            program,
            *FLAGS.split(),
            *more.split(),
            f"--user-data-dir={profile}",
            "about:blank",
        ]
        with (
            (profile.parent / f"{profile.name}.log").open("w+b") as log,
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            ) as process,
        ):
            try:
                if (address := _tab(profile, process)) is not None:
                    yield Browser(address)
                    return
            finally:
                with contextlib.suppress(ProcessLookupError):  # it has ended, and all of its own
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(PATIENCE)
            log.seek(0)
            said += (
                f"ended with {process.returncode} ({more}): {log.read().decode(errors='replace')}\n"
            )
    free = shutil.disk_usage(tmp_path_factory.getbasetemp()).free
    raise AssertionError(f"the browser did not start; {free} bytes of disk are free\n{said}")


def _tab(profile: Path, process: subprocess.Popen[bytes]) -> str | None:
    """The address of the browser's first tab; None if it ends or hangs at its start."""
    port_file = profile / "DevToolsActivePort"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if port_file.is_file() and (lines := port_file.read_text().splitlines()):
            with contextlib.suppress(OSError):  # a new look soon
                listed = f"http://127.0.0.1:{lines[0]}/json/list"
                with urllib.request.urlopen(listed, timeout=_LOOK) as response:
                    for tab in json.load(response):
                        if tab["type"] == "page":
                            return str(tab["webSocketDebuggerUrl"])
        time.sleep(0.1)
    return None


AXE = Path(__file__).parents[2] / ".venv/npm/node_modules/axe-core/axe.min.js"


@pytest.fixture(autouse=True)
def heard_nothing_yet(request: pytest.FixtureRequest) -> None:
    """What pages of another test complained of is not this one's."""
    if "chromium" in request.fixturenames:
        request.getfixturevalue("chromium").complaints()


@pytest.fixture
def faults(chromium: Browser, missing: Callable[[str], None]) -> Callable[[], list[str]]:
    """What axe finds on the page that is shown, which keeps people from using it."""
    if not AXE.is_file():
        missing("axe-core (make test brings it from npm)")

    def look() -> list[str]:
        chromium.read(AXE.read_text(encoding="utf-8") + ";0")
        return list(
            chromium.call(
                "Runtime.evaluate",
                expression="axe.run().then(r => r.violations.map(v => "
                "`${v.id}: ${v.nodes.map(n => n.html.slice(0, 200)).join(' | ')}`))",
                awaitPromise=True,
                returnByValue=True,
            )["result"]["value"]
        )

    return look


@pytest.fixture
def without_scripts(chromium: Browser) -> Iterator[None]:
    """Pages run no script of theirs."""
    chromium.call("Emulation.setScriptExecutionDisabled", value=True)
    yield
    chromium.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.fixture(scope="session")
def site(magetan: KnowledgeGraph) -> str:
    """The URL of a running service with the shipped study, without the last slash."""
    return _served(magetan)


@pytest.fixture(scope="session")
def made_up_site(contoh: KnowledgeGraph) -> str:
    """The URL of a running service with the example study, which has every kind of thing."""
    return _served(contoh)


@pytest.fixture(scope="session")
def hostile_site() -> Iterator[str]:
    """The URL of a running service over the study in which every text is hostile."""
    with KnowledgeGraph.in_memory() as graph:
        hostile.fill(graph)
        yield _served(graph)


def _served(graph: KnowledgeGraph) -> str:
    ready: list[str] = []
    answered = threading.Event()

    def told(url: str) -> None:
        ready.append(url.rstrip("/"))
        answered.set()

    app = web.create_app(graph, Settings())
    threading.Thread(target=web.serve, args=(app, "127.0.0.1", 0, told), daemon=True).start()
    assert answered.wait(PATIENCE), "the server did not answer"
    return ready[0]
