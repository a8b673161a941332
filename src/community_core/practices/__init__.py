"""The core's own practices: rulebooks and a plugin like any other's; no code decides anything here."""
