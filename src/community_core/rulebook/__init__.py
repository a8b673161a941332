"""YAML rulebooks read strictly into frozen declarations; whatever is wrong is a finding with file, line and column."""

from community_core.rulebook.load import DOCUMENTS, Loaded, read_file, read_text

__all__ = ["DOCUMENTS", "Loaded", "read_file", "read_text"]
