"""What stands in a film: its codecs, and what to empty in place so that nothing tells where, when
and with what it was filmed. Read in the child process, without Django and without a foreign program.
"""

from typing import IO

from profiles.files.child import Answer
from profiles.files.films import mp4, webm
from profiles.files.films.codecs import flaw_of
from profiles.files.films.errors import Damaged, Unclean


def read(file: IO[bytes], format: str) -> Answer:
    """({"blanks": ...}, {}); or ({"flaw": ..., "codec": the one that many browsers lack}, {}).

    A blank is [offset, hexadecimal bytes to write there, number of zeros behind them].
    """
    try:
        film = {"mp4": mp4, "webm": webm}[format].Film(file)
        flaw = flaw_of(film.pictures, film.sounds)
        return ({"flaw": flaw[0], "codec": flaw[1]} if flaw else {"blanks": film.blanks()}), {}
    except Damaged:
        return {"flaw": "damaged_film"}, {}
    except Unclean:
        return {"flaw": "unclean"}, {}
