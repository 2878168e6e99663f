"""A Word, OpenDocument or EPUB file: what attacks its reader, what it says of its maker.

In the child process.
"""

import zipfile
from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException

from profiles.files.archives import Unfit, opened
from profiles.files.child import Answer
from profiles.files.office_maker import MAKERS, emptied
from profiles.files.office_risks import refuse_risks


def read(
    file: IO[bytes], format: str, as_it_is: bool = False, loses_signature: bool = False
) -> Answer:
    """({"maker": [[key, text]…]}, {EMPTIED: the file without it}); ({"flaw": …}, {}) if risky."""
    try:
        with opened(file) as archive:
            refuse_risks(archive, format)
            if format not in MAKERS:
                return {"maker": []}, {}
            said = MAKERS[format](archive)
            copy = {} if as_it_is else emptied(archive, format)
            return {"maker": said}, copy
    except Unfit as unfit:
        return {"flaw": str(unfit)}, {}
    except (ParseError, DefusedXmlException, zipfile.BadZipFile, EOFError, NotImplementedError):
        return {"flaw": "damaged_package"}, {}
