"""The public board as static, accessible HTML, and letters to a person; Jinja2 is loaded only when they are written."""

from community_core.pages.board import render_board, write_board
from community_core.pages.items import Board, BoardCase, BoardField, BoardItem, Campaign, ExampleValue, Progress
from community_core.pages.lettering import Letter, make_letter
from community_core.pages.letters import letter, render_letter
from community_core.pages.texts import value_text

__all__ = [
    "Board",
    "BoardCase",
    "BoardField",
    "BoardItem",
    "Campaign",
    "ExampleValue",
    "Letter",
    "Progress",
    "letter",
    "make_letter",
    "render_board",
    "render_letter",
    "value_text",
    "write_board",
]
