"""Practices of Yanhe county as its document reports or proposes them, for community_core; importing it does nothing."""
