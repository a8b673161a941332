"""The public board as static, accessible HTML; Jinja2 is loaded only when pages are written."""

from community_core.pages.board import render_board, write_board
from community_core.pages.items import Board, BoardCase, BoardField, BoardItem, Campaign, ExampleValue, Progress
from community_core.pages.texts import value_text

__all__ = [
    "Board",
    "BoardCase",
    "BoardField",
    "BoardItem",
    "Campaign",
    "ExampleValue",
    "Progress",
    "render_board",
    "value_text",
    "write_board",
]
