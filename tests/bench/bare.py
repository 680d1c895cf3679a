"""The bare Flask site that the portal is measured against: SQLAlchemy, one inherited template, the same rows.

Frozen: its hash stands in tests/bench/test_bench.py. A change would move every ratio that was ever published, so it is
made only together with a new baseline.
"""

import argparse
import os

import waitress
from flask import Flask, abort, render_template, request
from jinja2 import DictLoader
from sqlalchemy import ForeignKey, Text, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

PAGE = 20
BASE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title>
<link rel="stylesheet" href="/static/site.css"></head><body><a href="#main">Skip to the content</a>
<header><a href="/">City</a><nav><ul>{% for name in ["Budgets", "Ideas", "Plans", "Services", "Workshops"] %}
<li><a href="/{{ name|lower }}">{{ name }}</a></li>{% endfor %}</ul></nav></header>
<main id="main">{% block main %}{% endblock %}</main><footer><ul>{% for name in
["Accessibility", "Privacy", "Legal notice", "Help"] %}<li><a href="/{{ name|lower }}">{{ name }}</a></li>
{% endfor %}</ul></footer></body></html>"""
CARD = """<li class="card"><img src="/picture/{{ item.id }}" alt="" width="480" height="320"><h2>
<a href="/items/{{ item.id }}">{{ item.title }}</a></h2><p>{{ item.summary }}</p><dl><dt>Cost</dt><dd>€{{
"{:,.2f}".format(item.cost / 100) }}</dd><dt>Category</dt><dd>{{ item.category }}</dd><dt>District</dt><dd>{{
item.district }}</dd></dl></li>"""
TEMPLATES = {
    "base": BASE,
    "home": """{% extends "base" %}{% block title %}City{% endblock %}{% block main %}<h1>City</h1><p>{{ total }}
projects</p><ul>{% for item in items %}""" + CARD + """{% endfor %}</ul>{% endblock %}""",
    "list": """{% extends "base" %}{% block title %}Projects{% endblock %}{% block main %}<h1>Projects</h1><form><label>
Search <input name="q"></label><select name="category">{% for name in categories %}<option>{{ name }}</option>
{% endfor %}</select><button>Show</button></form><p>{{ total }} projects</p><ul>{% for item in items %}""" + CARD
    + """{% endfor %}</ul><nav>{% for n in pages %}<a href="?page={{ n }}">{{ n }}</a>{% endfor %}</nav>
{% endblock %}""",
    "item": """{% extends "base" %}{% block title %}{{ item.title }}{% endblock %}{% block main %}<h1>{{ item.title }}
</h1><p>{{ item.summary }}</p><div>{{ item.body }}</div><h2>Comments</h2><ol>{% for comment in comments %}<li>
<h3>{{ comment.name }}</h3><p>{{ comment.body }}</p></li>{% endfor %}</ol>{% endblock %}""",
}  # fmt: skip


class Base(DeclarativeBase):
    """Every table's base."""


class Item(Base):
    """A project."""

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    cost: Mapped[int]
    category: Mapped[str]
    district: Mapped[str]


class Comment(Base):
    """What somebody said about a project."""

    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    name: Mapped[str]
    body: Mapped[str] = mapped_column(Text)


class Support(Base):
    """One durable insert."""

    __tablename__ = "support"
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int]
    name: Mapped[str]


def make(url: str) -> Flask:
    """The application on a database; the tables are made and filled where they are not there."""
    if url.startswith("sqlite"):
        try:
            from pysqlite3 import dbapi2 as module
        except ImportError:
            import sqlite3 as module
        engine = create_engine(url, module=module, pool_size=20)

        @event.listens_for(engine, "connect")
        def on_connect(connection, _record):
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
                connection.execute(f"PRAGMA {pragma}")
    else:
        engine = create_engine(url, pool_size=20)
    Base.metadata.create_all(engine)
    fill(engine)
    app = Flask("bare")
    app.jinja_loader = DictLoader(TEMPLATES)

    @app.get("/")
    def home():
        with Session(engine) as s:
            total = s.scalar(select(func.count()).select_from(Item))
            items = s.scalars(select(Item).order_by(Item.id).limit(6)).all()
            return render_template("home", total=total, items=items)

    @app.get("/items")
    def items():
        page = request.args.get("page", 1, type=int)
        with Session(engine) as s:
            total = s.scalar(select(func.count()).select_from(Item))
            categories = s.scalars(select(Item.category).distinct().order_by(Item.category)).all()
            found = s.scalars(select(Item).order_by(Item.title, Item.id).limit(PAGE).offset((page - 1) * PAGE)).all()
            pages = range(1, min(total // PAGE, 8) + 1)
            return render_template("list", total=total, categories=categories, items=found, pages=pages)

    @app.get("/items/<int:number>")
    def item(number):
        with Session(engine) as s:
            found = s.get(Item, number)
            if found is None:
                abort(404)
            comments = s.scalars(select(Comment).where(Comment.item_id == number).order_by(Comment.id)).all()
            return render_template("item", item=found, comments=comments)

    @app.post("/support")
    def support():
        with Session(engine) as s:
            s.add(Support(item_id=int(request.form["item"]), name=request.form["name"]))
            s.commit()
        return "stored"

    return app


def fill(engine) -> None:
    """500 projects and 20 comments on the first of them."""
    with Session(engine) as s:
        if s.scalar(select(func.count()).select_from(Item)):
            return
        for n in range(1, 501):
            s.add(
                Item(
                    id=n, title=f"Bench {n} en", summary=f"A place to sit, number {n}", body=f"Bench number {n}. " * 12,
                    cost=n * 5000 % 90000 + 1000, category=f"Category {n % 8}", district=f"District {n % 4}",
                )
            )  # fmt: skip
        s.flush()
        for n in range(20):
            s.add(Comment(item_id=1, name=f"Person {n}", body=f"What person {n} thinks about it. " * 6))
        s.commit()


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--url", required=True)
    words.add_argument("--port", type=int, required=True)
    given = words.parse_args()
    waitress.serve(
        make(given.url), host="127.0.0.1", port=given.port, threads=int(os.environ.get("THREADS", "8")),
        connection_limit=2000, ident=None,
    )  # fmt: skip
