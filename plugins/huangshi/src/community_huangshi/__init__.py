"""Practices of Huangshi city as its document reports them, for community_core; importing it does nothing."""
