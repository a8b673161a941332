"""Practices of Jianghan district as its document reports them, for community_core; importing it does nothing."""
