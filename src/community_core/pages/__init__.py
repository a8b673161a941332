"""Board, handbook, diagrams, timetables and letters; Jinja2 is loaded only when pages or letters are written."""

from community_core.pages.board import render_board, write_board
from community_core.pages.diagram import draw_procedure
from community_core.pages.handbook import render_handbook, write_handbook
from community_core.pages.handbook_items import Handbook
from community_core.pages.handbook_making import make_handbook
from community_core.pages.items import Board, BoardCase, BoardField, BoardItem, Campaign, ExampleValue, Progress
from community_core.pages.lettering import Letter, make_letter
from community_core.pages.letters import letter, render_letter
from community_core.pages.texts import value_text
from community_core.pages.timetable import Period, Timetable, make_timetable

__all__ = [
    "Board",
    "BoardCase",
    "BoardField",
    "BoardItem",
    "Campaign",
    "ExampleValue",
    "Handbook",
    "Letter",
    "Period",
    "Progress",
    "Timetable",
    "draw_procedure",
    "letter",
    "make_handbook",
    "make_letter",
    "make_timetable",
    "render_board",
    "render_handbook",
    "render_letter",
    "value_text",
    "write_board",
    "write_handbook",
]
