"""The migration scripts, in order; released ones are never changed."""
