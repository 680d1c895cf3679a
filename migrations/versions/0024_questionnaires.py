"""Questionnaires in processes: questions, answers to choose from, what people answered.

Revision ID: 0024
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def _to(table: str, column: str, parent: str, *, cascade: bool = True) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE" if cascade else None)


def upgrade() -> None:
    """Add the tables."""
    no = sa.false()
    op.create_table(
        "questionnaire",
        sa.Column("id", Id, nullable=False),
        sa.Column("process_id", Id, nullable=False),
        sa.Column("stand", sa.String(40), nullable=False),
        sa.Column("opens_at", UtcTime, nullable=False),
        sa.Column("closes_at", UtcTime, nullable=False),
        sa.Column("audience", sa.String(40), nullable=False),
        sa.Column("officers", sa.Boolean, nullable=False, server_default=no),
        sa.Column("on_paper", sa.Boolean, nullable=False, server_default=no),
        sa.Column("keep_days", sa.Integer, nullable=False),
        sa.Column("published_at", UtcTime),
        sa.Column("figures", sa.JSON(none_as_null=True)),
        sa.Column("unlinked_at", UtcTime),
        sa.Column("told_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire"),
        _to("questionnaire", "process_id", "process"),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_questionnaire_opens_before_it_closes")),
        sa.CheckConstraint("keep_days BETWEEN 0 AND 365", name=op.f("ck_questionnaire_keep_days")),
        sa.CheckConstraint(
            "(stand = 'published') = (published_at IS NOT NULL)", name=op.f("ck_questionnaire_published_at")
        ),
        sa.CheckConstraint("stand IN ('draft', 'shown', 'published')", name=op.f("ck_questionnaire_stand")),
        sa.CheckConstraint("audience IN ('account', 'vouched', 'resident')", name=op.f("ck_questionnaire_audience")),
    )
    op.create_index("ix_questionnaire_process_id", "questionnaire", ["process_id"])
    op.create_table(
        "question",
        sa.Column("id", Id, nullable=False),
        sa.Column("questionnaire_id", Id, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("ask", sa.String(40), nullable=False),
        sa.Column("required", sa.Boolean, nullable=False, server_default=no),
        sa.Column("least", sa.Integer),
        sa.Column("most", sa.Integer),
        sa.Column("steps", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        _to("question", "questionnaire_id", "questionnaire"),
        sa.CheckConstraint("(ask = 'scale') = (steps IS NOT NULL)", name=op.f("ck_question_steps_of_scale")),
        sa.CheckConstraint("steps BETWEEN 2 AND 11", name=op.f("ck_question_steps")),
        sa.CheckConstraint("least <= most", name=op.f("ck_question_least_to_most")),
        sa.CheckConstraint("ask IN ('single', 'several', 'scale', 'text')", name=op.f("ck_question_ask")),
    )
    op.create_index("ix_question_questionnaire_id", "question", ["questionnaire_id"])
    op.create_table(
        "question_choice",
        sa.Column("id", Id, nullable=False),
        sa.Column("question_id", Id, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_question_choice"),
        _to("question_choice", "question_id", "question"),
        sa.UniqueConstraint("question_id", "position", name="uq_question_choice_question_id_position"),
    )
    op.create_table(
        "questionnaire_answer",
        sa.Column("id", Id, nullable=False),
        sa.Column("questionnaire_id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("party", sa.String(40), nullable=False),
        sa.Column("on_paper", sa.Boolean, nullable=False, server_default=no),
        sa.Column("on_day", sa.Date),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire_answer"),
        _to("questionnaire_answer", "questionnaire_id", "questionnaire"),
        _to("questionnaire_answer", "person_id", "person", cascade=False),
        sa.UniqueConstraint("questionnaire_id", "person_id", name="uq_questionnaire_answer_questionnaire_id_person_id"),
        sa.CheckConstraint("party IN ('citizen', 'officer')", name=op.f("ck_questionnaire_answer_party")),
    )
    op.create_index("ix_questionnaire_answer_person_id", "questionnaire_answer", ["person_id"])
    op.create_table(
        "question_reply",
        sa.Column("id", Id, nullable=False),
        sa.Column("answer_id", Id, nullable=False),
        sa.Column("question_id", Id, nullable=False),
        sa.Column("choice_id", Id),
        sa.Column("step", sa.Integer),
        sa.Column("body", sa.Text),
        sa.Column("lang", sa.String(12), nullable=False, server_default=""),
        sa.Column("shown", sa.Boolean),
        sa.PrimaryKeyConstraint("id", name="pk_question_reply"),
        _to("question_reply", "answer_id", "questionnaire_answer"),
        _to("question_reply", "question_id", "question"),
        _to("question_reply", "choice_id", "question_choice"),
        sa.UniqueConstraint(
            "answer_id", "question_id", "choice_id", name="uq_question_reply_answer_id_question_id_choice_id"
        ),
        sa.CheckConstraint(
            "choice_id IS NOT NULL OR step IS NOT NULL OR body IS NOT NULL",
            name=op.f("ck_question_reply_says_something"),
        ),
    )
    op.create_index("ix_question_reply_answer_id", "question_reply", ["answer_id"])
    op.create_index("ix_question_reply_question_id", "question_reply", ["question_id"])


def downgrade() -> None:
    """Take them away, with the texts that hang on them."""
    op.execute("DELETE FROM wording WHERE kind IN ('questionnaire', 'question', 'question_choice')")
    for name in ("question_reply", "questionnaire_answer", "question_choice", "question", "questionnaire"):
        op.drop_table(name)
