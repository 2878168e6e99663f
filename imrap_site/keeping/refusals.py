"""What can't be done, in one sentence for whoever keeps the server."""

import errno


class Refused(Exception):
    """One sentence; nothing was changed."""


def in_words(error):
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}: make room and try again."
    return f"{error.strerror or error}{where}."
