"""Write down once how a district governs and serves its communities; decide, explain, run and publish from that text."""

__version__ = "0.1.0"
