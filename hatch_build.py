"""Puts the folders that people read and edit at the top of the checkout inside a built wheel."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedFolders(BuildHookInterface[Any]):
    """An editable install reads these folders where they are; only a real wheel carries copies."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"] = {
                folder: f"rembug/resources/{folder}"
                for folder in ("ontology", "shapes", "queries", "data")
            }
