"""The `portal` command: everything an operator does without a browser."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from portal import app as application
from portal.base import jobs, log, schema, serving
from portal.config import ConfigError
from portal.voting import recount
from portal.voting.counting.command import main as count_file


@click.group(help="Folkmoot: the portal where a city's people decide and get things done.")
def main_group() -> None:
    """Group of all words."""


@main_group.group("db", help="The database's schema.")
def db_group() -> None:
    """Migrations."""


@db_group.command("upgrade", help="Bring the database to this version (or to a given one).")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Run the migrations upwards."""
    schema.upgrade(application.stand().database, revision)


@db_group.command("downgrade", help="Take the database back to a version.")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Run the migrations downwards."""
    schema.downgrade(application.stand().database, revision)


@db_group.command("check", help="Is the schema what the program expects?")
def db_check() -> None:
    """Exit 1 where models and schema differ."""
    found = schema.differences(application.stand().database)
    for line in found:
        click.echo(line, err=True)
    sys.exit(1 if found else 0)


@main_group.command("worker", help="Do the work that waits: mail, counting, pictures.")
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
def worker(once: bool) -> None:
    """Run the worker in this process."""
    here = application.stand()
    log.set_up()
    if once:
        click.echo(jobs.run_due())
    else:
        serving.attend(here.settings.instance, jobs.run_worker)


@main_group.command("run-job", hidden=True)
@click.argument("kind")
def run_job(kind: str) -> None:
    """The child process of the worker: one heavy job, its payload on standard input."""
    application.stand()
    log.set_up()
    jobs.handlers()[kind].handler(json.load(sys.stdin))


def main(argv: list[str] | None = None) -> Any:
    """Entry point; configuration errors are told in plain lines."""
    args = sys.argv[1:] if argv is None else argv
    if args[:1] == ["count"]:  # a count of a file needs neither settings nor database
        sys.exit(count_file(args[1:]))
    if args[:1] == ["recount"]:  # nor does a recount of a download
        if not args[1:]:
            click.echo("recount: name the downloaded ZIP file, or the folder it was unpacked into", err=True)
            sys.exit(2)
        sys.exit(recount.main(args[1:]))
    try:
        here = application.stand()
        log.set_up()
        for feature in here.features:
            for command in feature.cli:
                main_group.add_command(command)
        main_group.main(args=args, prog_name="portal")
    except ConfigError as error:
        for reason in error.reasons:
            click.echo(f"portal: {reason}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
