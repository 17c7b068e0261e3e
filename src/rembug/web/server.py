"""The WSGI server that serves the application: waitress, which runs in one process of threads."""

import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

from flask import Flask
from waitress.server import create_server

from rembug.errors import BadParameter

_PATIENCE: Final = 60
_THREADS: Final = 8


def serve(app: Flask, host: str, port: int, on_ready: Callable[[str], object]) -> None:
    """Serve an application until SIGTERM or Ctrl-C.

    Args:
        app: the application.
        host: address to listen on.
        port: TCP port; 0 takes a free one.
        on_ready: told the URL once a request has been answered there.

    Raises:
        BadParameter: the address cannot be listened on.
    """
    listener = _listen(host, port)
    server = create_server(app, sockets=[listener], threads=_THREADS, ident=None)
    url = f"http://{_reachable(host)}:{listener.getsockname()[1]}/"
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_announce, args=(url, on_ready), daemon=True).start()
    server.run()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise BadParameter(
            f"cannot listen on {host}, port {port}: {error.strerror}; choose another with --host "
            "or --port (0 takes a free one)"
        ) from error


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _announce(url: str, on_ready: Callable[[str], object]) -> None:
    for _ in range(_PATIENCE * 10):
        try:
            with urllib.request.urlopen(url + "health/ready", timeout=_PATIENCE):  # noqa: S310
                on_ready(url)
                return
        except urllib.error.URLError:
            time.sleep(0.1)


def _reachable(address: str) -> str:
    """What to write into a URL for an address that is listened on."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104
    return f"[{address}]" if ":" in address else address
