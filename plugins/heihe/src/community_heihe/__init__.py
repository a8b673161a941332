"""Practices of Heihe city as its document reports and proposes them, for community_core; importing it does nothing."""
