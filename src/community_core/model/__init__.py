"""What a community has: places, people, bodies, posts, services, outlets, documents; unknown is ``None``."""

from community_core.model.bodies import Appointment, Body, Ending, Headcount, Post, Seat, headcount
from community_core.model.documents import Document
from community_core.model.people import Household, Resident
from community_core.model.places import USUAL_LAYERS, Layer, Layers, Place
from community_core.model.services import Outlet, Service
from community_core.model.serving import FACT, facts_of

__all__ = [
    "FACT",
    "USUAL_LAYERS",
    "Appointment",
    "Body",
    "Document",
    "Ending",
    "Headcount",
    "Household",
    "Layer",
    "Layers",
    "Outlet",
    "Place",
    "Post",
    "Resident",
    "Seat",
    "Service",
    "facts_of",
    "headcount",
]
