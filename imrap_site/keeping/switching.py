"""From the former state to a restored one: a plan of renames, which a second run finishes.

Only the standard library: a site that was cut off in between may have no secret key.
"""

import json
import os
from contextlib import suppress
from pathlib import Path

from imrap_site.turns import VAR

FOLDER = "restoring"  # in var/: what is prepared, and the plan
INTERRUPTED = "A restore was interrupted: `.venv/bin/python manage.py restore` finishes it, and nothing is lost."


def plan_of(var=VAR):
    return var / FOLDER / "plan.json"


def is_interrupted(var=VAR):
    return plan_of(var).exists()


def write_plan(plan, var=VAR):
    """From here on the restore is carried through, by a second run if need be."""
    unfinished = plan_of(var).with_suffix(".unfinished")
    with unfinished.open("w") as file:
        json.dump(plan, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.sync()  # all that was prepared
    unfinished.replace(plan_of(var))
    sync(plan_of(var).parent)


def carry_out(var=VAR):
    """Make the moves of the plan that are not made yet, in their order; gives the plan."""
    plan = json.loads(plan_of(var).read_text())
    for source, target in plan["away"]:
        if not os.path.lexists(target) and os.path.lexists(source):
            move(source, target)
    for source, target in plan["here"]:
        if os.path.lexists(source):
            move(source, target)
    return plan


def carry_out_if_interrupted():
    """Before anything reads the settings, which may be among what is moved."""
    if is_interrupted():
        carry_out()


def undo(var=VAR):
    """Back to the former state, while the database is still its own."""
    plan = json.loads(plan_of(var).read_text())
    for source, target in reversed([*plan["away"], *plan["here"]]):
        if os.path.lexists(target) and not os.path.lexists(source):
            move(target, source)
    forget_plan(var)


def move(source, target):
    """What stands in the way of something new was put away before."""
    source, target = Path(source), Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    sync(target.parent)
    sync(source.parent)


def forget_plan(var=VAR):
    plan_of(var).unlink()
    sync(plan_of(var).parent)


def sync(folder):
    with suppress(OSError):  # some file systems can't
        door = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(door)
        finally:
            os.close(door)
