"""Practices of my town for community_core; importing it does nothing."""
