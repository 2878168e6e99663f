"""Why a film can't be cleaned."""


class Damaged(Exception):
    """Its parts contradict each other, or its end is missing."""


class Unclean(Exception):
    """It is built so that what tells a place can't be told from what is needed to play it."""
