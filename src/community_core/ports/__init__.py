"""Protocols through which siblings meet: what the office needs of a store, of registers and of a clock."""

from community_core.ports.store import Clock, Conflict, Posting, Registers, Store, StoredCase, StoredEvent

__all__ = ["Clock", "Conflict", "Posting", "Registers", "Store", "StoredCase", "StoredEvent"]
