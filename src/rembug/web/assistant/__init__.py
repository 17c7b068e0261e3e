"""/mcp: what an assistant asks through the Model Context Protocol, over HTTP and over stdio.

`tools` are functions over the same queries and index as the pages, `answers` what each answer
carries, `transport` the SDK's server behind both transports.
"""

from rembug.web.assistant.transport import blueprint, over_stdio

__all__ = ["blueprint", "over_stdio"]
