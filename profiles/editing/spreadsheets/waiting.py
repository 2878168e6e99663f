"""Where a file waits between its preview and its import."""

from profiles.editing.spreadsheets.bounds import LARGEST_FILE
from profiles.files.waiting import WaitingRoom

# Each session has one at most; a person may have several.
SHEETS = WaitingRoom(
    "sheets",
    files_of_one=5,
    files_of_all=20,
    bytes_of_one=3 * LARGEST_FILE,
    bytes_of_all=10 * LARGEST_FILE,
)
