"""The headers that every answer has, whoever writes it."""

from collections.abc import Mapping
from typing import Final

ALL: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
CACHE: Final = "no-cache"
PRIVATE: Final = "private, no-cache"
"""Cache-Control of what the public reads, and of what somebody reads who has a token."""

VARY: Final = ("Accept", "Accept-Language", "Authorization", "Cookie")
SHARED: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Content-Language, Location, Rembug-Deleted, Rembug-Inserted, Rembug-Note, "
        "Rembug-Version, Retry-After, X-Request-Id"
    ),
}
"""What pages elsewhere may read of an answer that is data."""
