"""The record of what ran: runs, executions, artifacts and the events between them, in SQL."""

from penstock.metadata.opening import open_store
from penstock.metadata.store import MetadataStore

__all__ = ["MetadataStore", "open_store"]
