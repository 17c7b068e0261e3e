"""A file from somebody else's host, under limits: which hosts, which addresses, how long, how much.

Where a portal is, a person says; what the portal answers may say otherwise. So a redirect is
followed on the same host alone, and the address that a name stands for is looked up once, judged,
and connected to as it was judged: nothing in this network is reached by a name from outside.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from rembug.errors import BadParameter, RembugError, Words, with_cause

_LARGEST: Final = 64 * 1024**2
_REDIRECTS: Final = 5
_PORTS: Final = {"http": 80, "https": 443}
_CHUNK: Final = 64 * 1024
_PATIENCE: Final = 60.0
_PAGES: Final = (b"<!doctype html", b"<html")
_WITH_IPV4: Final = (
    ipaddress.IPv6Network("64:ff9b::/96"),  # translated (RFC 6052)
    ipaddress.IPv6Network("::/96"),  # compatible (RFC 4291 §2.5.5.1)
)


class NotFetched(RembugError):
    """Somebody's host did not give what was asked for; says which, what it said, what to do.

    Attributes:
        status: of the host's answer, where that is what is wrong; else 0.
    """

    http_status = 502

    def __init__(self, url: str, words: Words, status: int = 0) -> None:
        self.status = status
        super().__init__(Words(f"{url}: {words.en}", f"{url}: {words.id}"))


class NotReached(NotFetched):
    """Somebody's host did not answer, or is not to be asked."""


@dataclass(frozen=True)
class Fetched:
    """What a host gave: the last address, the body, its media type as it was said, its headers."""

    url: str
    body: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def fetch(
    url: str,
    accept: str = "*/*",
    *,
    private: bool = False,
    patience: float = _PATIENCE,
    page: bool = False,
) -> Fetched:
    """Get a file over HTTP or HTTPS.

    Args:
        url: where it is.
        accept: the media types that are wanted.
        private: whether addresses of this machine and of private networks may be reached.
        patience: seconds for all of it, redirects included.
        page: whether a web page is wanted, too.

    Raises:
        BadParameter: the address is none of HTTP.
        NotFetched: the host is not reached or may not be, is late, sends too much, a status other
            than 200, a page where a file was asked for, or elsewhere.
    """
    until = time.monotonic() + patience
    at = url
    for _ in range(_REDIRECTS + 1):
        parts = _parts(at)
        status, headers, body = _asked(at, parts, accept, private, until)
        if status in (301, 302, 303, 307, 308) and (to := headers.get("location")):
            try:
                other = urlsplit(urljoin(at, to))
            except ValueError as error:
                told = Words("sends on to no address", "mengarahkan ke yang bukan alamat")
                raise NotFetched(url, told) from error
            if not _is_near(parts, other):
                away = f"{other.scheme}://{other.netloc}"
                raise NotFetched(
                    url,
                    Words(
                        f"sends on to {away}, another host or port; give that address yourself",
                        f"mengarahkan ke {away}, situs atau porta lain; isikan sendiri alamat itu",
                    ),
                )
            at = other.geturl()
            continue
        if status != 200:
            raise NotFetched(url, Words(f"answered {status}", f"menjawab {status}"), status)
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        looks = media_type == "text/html" or body[:200].lstrip().lower().startswith(_PAGES)
        if looks and not page:
            raise NotFetched(
                url,
                Words(
                    "answered a web page, not a file; give the address of the file itself",
                    "menjawab halaman web, bukan berkas; isikan alamat berkasnya",
                ),
            )
        return Fetched(at, body, media_type, headers)
    raise NotFetched(url, Words("sends on without end", "mengarahkan tanpa henti"))


def _is_near(parts: SplitResult, other: SplitResult) -> bool:
    """Whether a redirect stays with one service, or goes from http to https of one host."""
    try:
        port, to = parts.port, other.port
    except ValueError:
        return False
    if other.hostname != parts.hostname:
        return False
    if other.scheme == parts.scheme:
        return (port or _PORTS.get(parts.scheme)) == (to or _PORTS.get(other.scheme))
    return (
        (parts.scheme, other.scheme) == ("http", "https")
        and port in (None, 80)
        and to
        in (
            None,
            443,
        )
    )


def _parts(url: str) -> SplitResult:
    """The parts of an address; raises BadParameter if it is none of HTTP."""
    try:
        parts = urlsplit(url)
    except ValueError:  # an IPv6 address that is none
        parts = SplitResult("", "", url, "", "")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise BadParameter(
            Words(
                f"{url} is not an HTTP address, such as https://data.example.go.id/",
                f"{url} bukan alamat HTTP, misalnya https://data.example.go.id/",
            )
        )
    return parts


def _asked(
    url: str, parts: SplitResult, accept: str, private: bool, until: float
) -> tuple[int, Mapping[str, str], bytes]:
    """One request: its status, its headers in small letters, its body."""
    host = str(parts.hostname)
    try:
        port = parts.port or _PORTS[parts.scheme]
        address = _address(url, host, port, private)
        left = max(0.1, until - time.monotonic())
        connection = http.client.HTTPConnection(host, port, timeout=left)
        connection.sock = socket.create_connection(address, timeout=left)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=host)
        try:
            path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
            connection.request("GET", path, headers={"Accept": accept, "User-Agent": "Rembug"})
            response = connection.getresponse()
            headers: dict[str, str] = {}
            for name, value in response.getheaders():  # RFC 9110 §5.2: several are one list
                known = headers.get(name.lower())
                headers[name.lower()] = value if known is None else f"{known}, {value}"
            return response.status, headers, _body(url, response, until)
        finally:
            connection.close()
    except TimeoutError as error:
        raise _late(url) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        told = error if str(error) else type(error).__name__
        words = with_cause("cannot be reached", "tidak dapat dihubungi", told)
        raise NotReached(url, words) from error


def _address(url: str, host: str, port: int, private: bool) -> tuple[str, int]:
    """The address that a host has; raises NotFetched if one of them is not to be reached."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(place[0]) for *_, place in found]
    for address in addresses:
        if not private and not _is_public(ipaddress.ip_address(address.partition("%")[0])):
            raise NotReached(
                url,
                Words(
                    f"is at {address}, inside this network; --private allows that",
                    f"berada di {address}, di dalam jaringan ini; --private mengizinkannya",
                ),
            )
    return addresses[0], port


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is no one's own; of IPv6 also the addresses of IPv4 that stand in it."""
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return True
    within = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _WITH_IPV4):
        within.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return all(one is None or one.is_global for one in within)


def _body(url: str, response: http.client.HTTPResponse, until: float) -> bytes:
    parts, size = [], 0
    while chunk := response.read1(_CHUNK):
        size += len(chunk)
        if size > _LARGEST:
            most = _LARGEST // 1024**2
            words = Words(f"sends more than {most} MiB", f"mengirim lebih dari {most} MiB")
            raise NotFetched(url, words)
        if time.monotonic() > until:
            raise _late(url)
        parts.append(chunk)
    if response.length:  # fewer bytes than were announced
        raise NotFetched(url, Words("broke off", "terputus"))
    return b"".join(parts)


def _late(url: str) -> NotFetched:
    return NotReached(url, Words("did not answer in time", "tidak menjawab pada waktunya"))
