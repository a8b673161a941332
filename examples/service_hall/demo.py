"""The hall on an SQLite file with example values: ``flask --app examples/service_hall/demo.py run``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import flask
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import community_core as cc

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from hall import create_app as hall_app  # noqa: E402 - the folder is on the path only now


def create_app(url: str = "sqlite:///hall.db") -> flask.Flask:
    """Bring the database up to date, register a place and two persons with their posts, and make the application."""
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(HERE / "alembic.ini")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    rules = cc.load("demo-shenhe")
    with cc.open_office(rules, engine) as office:
        office.register_place("wenyi", zh="文艺社区（示例）")
        office.appoint("person-1", "resident", "wenyi", dt.date(2000, 1, 1))
        office.appoint("person-2", "committee.chair", "wenyi", dt.date(2000, 1, 1))
    return hall_app(engine, rules)
