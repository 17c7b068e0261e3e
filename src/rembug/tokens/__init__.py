"""Who may do what over HTTP: tokens, the sessions that they are signed in with, the audit log."""

from rembug.tokens.known import Token, Tokens, role_of
from rembug.tokens.sessions import Sessions

__all__ = ["Sessions", "Token", "Tokens", "role_of"]
