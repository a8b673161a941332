"""Practices of Shenhe district as its document reports them, for community_core; importing it does nothing."""
