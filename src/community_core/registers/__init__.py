"""Registers as offices know them: dated rows that are never overwritten, read from tables, frozen as rolls."""
