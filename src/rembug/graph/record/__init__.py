"""The record of commits: the engine on disk with the log of its patches, or a log on a server."""
