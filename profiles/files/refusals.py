"""Why a document, a film, a recording or captions are not taken, and what helps."""

from django.utils.translation import gettext_lazy as _

# A ModelForm puts its own words in the place of those under "empty", "invalid" or "missing".
# Of any file, a picture too
ARRIVAL_REFUSALS = {
    "too_large": _(
        "This file has %(size)s; at most %(limit)s can be taken: “%(name)s”. "
        "Make a lighter edition and choose that."
    ),
    "gone": _(
        "This file waited on the server for a day, or until others needed the room, and is gone: "
        "“%(name)s”. Choose it again."
    ),
    "no_room": _(
        "The server had no room for this file: “%(name)s”. Tell the person who keeps the server, and "
        "choose it again later."
    ),
}
REFUSALS = {
    **ARRIVAL_REFUSALS,
    "no_bytes": _("This file is empty: “%(name)s”. Choose it again."),
    "unknown": _(
        "This kind of file cannot be taken: “%(name)s”. "
        "Save it as one of these and choose the new file: %(accepted)s."
    ),
    "fake": _(
        "The content of this file is not %(wanted)s, although its name says so: “%(name)s”. "
        "Open it in the program that made it, save it as %(wanted)s and choose the new file."
    ),
    "misnamed": _(
        "The content of this file is %(label)s, but its name says otherwise: “%(name)s”. "
        "Give it a name that ends in .%(format)s and choose it again."
    ),
    "locked": _(
        "Visitors could not open this file, because it asks for a password: “%(name)s”. "
        "Save it without a password and choose the new file."
    ),
    "damaged": _(
        "This file is damaged, perhaps because it was cut off on its way: “%(name)s”. "
        "Save it as PDF again and choose the new file."
    ),
    "too_heavy": _(
        "This file asks for more work than a server can give, because it is damaged or unusually "
        "built: “%(name)s”. Open it, print it into a new file (“Save as PDF”) and choose that."
    ),
    "no_turn": _(
        "The server was busy with other files and did not come to this one: “%(name)s”. "
        "Choose it again in a moment."
    ),
    "codec": _(
        "Many visitors would see a black picture, because this film is packed in %(codec)s: "
        "“%(name)s”. Save it as MP4 (H.264), for instance with the free program HandBrake, and "
        "choose the new file. So that an iPhone films in H.264 from now on: Settings, Camera, "
        "Formats, Most Compatible."
    ),
    "sound": _(
        "Many visitors would hear nothing, because the sound of this film is packed in %(codec)s: "
        "“%(name)s”. Save it as MP4 (H.264, AAC), for instance with the free program HandBrake, "
        "and choose the new file."
    ),
    "other_film": _(
        "Many visitors would see a black picture or none, because this film is in the format "
        "%(kind)s: “%(name)s”. Save it as MP4 (H.264), for instance with the free program "
        "HandBrake, and choose the new file."
    ),
    "no_picture": _("There is no picture in this film: “%(name)s”. Choose another file."),
    "damaged_film": _(
        "This film is damaged, perhaps because it was cut off on its way: “%(name)s”. "
        "Choose it again, or save it as MP4 (H.264) again and choose the new file."
    ),
    "too_heavy_film": _(
        "This film is built so unusually that the server gave up on it: “%(name)s”. "
        "Save it as MP4 (H.264), for instance with the free program HandBrake, and choose the new "
        "file."
    ),
    "unclean": _(
        "This film may tell where or with what it was filmed, in a way that cannot be removed "
        "here: “%(name)s”. Save it as MP4 (H.264), for instance with the free program HandBrake, "
        "and choose the new file."
    ),
    "other_sound": _(
        "Many visitors could not hear this recording, or would pay for a large file, because it is "
        "in the format %(kind)s: “%(name)s”. Save it as MP3, for instance with the free program "
        "Audacity, and choose the new file."
    ),
    "film": _(
        "This is a film and no recording of sound alone: “%(name)s”. Add it as a video, or save its "
        "sound as MP3, for instance with the free program Audacity, and choose the new file."
    ),
    "damaged_sound": _(
        "This recording is damaged, perhaps because it was cut off on its way: “%(name)s”. "
        "Choose it again, or save it as MP3, for instance with the free program Audacity, and "
        "choose the new file."
    ),
    "too_heavy_sound": _(
        "This recording is built so unusually that the server gave up on it: “%(name)s”. Save it "
        "as MP3, for instance with the free program Audacity, and choose the new file."
    ),
    "unclean_sound": _(
        "This recording may tell where or with what it was made, in a way that cannot be removed "
        "here: “%(name)s”. Save it as MP3, for instance with the free program Audacity, and choose "
        "the new file."
    ),
    "no_captions": _(
        "There are no captions in this file that a browser would show: “%(name)s”. Each needs a "
        "line of times above its words. Example: 00:00:01.000 --> 00:00:04.000."
    ),
    "long_caption": _(
        "A caption in “%(name)s” has more than 3,000 letters on one line, which no screen shows. "
        "Divide it into several, each with its own times."
    ),
    "encoding": _(
        "The letters of these captions cannot be told for sure: “%(name)s”. Save the file with "
        "the encoding UTF-8 and choose it again."
    ),
    "measurements": _(
        "This file holds what a drone or a camera measured, such as the place, and no captions: "
        "“%(name)s”. Choose another file."
    ),
    # What could attack whoever opens the file
    "pdf_script": _(
        "A small program (JavaScript) lies in this PDF, which could attack whoever opens it: "
        "“%(name)s”. Open it, print it into a new file (“Save as PDF”) and choose that."
    ),
    "pdf_starts": _(
        "This PDF wants to start a program or open another file on the reader’s computer: "
        "“%(name)s”. Open it, print it into a new file (“Save as PDF”) and choose that."
    ),
    "pdf_sends": _(
        "What is typed into this PDF’s form would be sent to an address, or taken from a file: "
        "“%(name)s”. Save the form without its button “Send”, or print it into a new file (“Save "
        "as PDF”), and choose that."
    ),
    "pdf_media": _(
        "Films, sounds or 3D models lie in this PDF, which hardly any program plays and which could "
        "attack whoever opens it: “%(name)s”. Add them as videos or recordings, print the PDF into "
        "a new file (“Save as PDF”) and choose that."
    ),
    "pdf_attachment": _(
        "Another file is attached inside this PDF, where nobody sees what it is: “%(name)s”. Add "
        "that one as a file of its own, print the PDF into a new file (“Save as PDF”) and choose "
        "that."
    ),
    "pdf_xfa": _(
        "The form in this PDF is of a kind (XFA) that most programs show empty and that may hold a "
        "program: “%(name)s”. Print it into a new file (“Save as PDF”) and choose that."
    ),
    "pdf_links": _(
        "Links in this PDF lead into somebody’s own computer or network, and it can only stay as it "
        "is: “%(name)s”. Take these links out where it was made, and choose the new file."
    ),
    "macros": _(
        "Small programs (macros) lie in this file, which could attack whoever opens it: “%(name)s”. "
        "Save it as PDF and choose that, or save it anew without macros."
    ),
    "embedded": _(
        "Another file or a small program (OLE, ActiveX) is embedded in this one, where nobody sees "
        "what it is: “%(name)s”. Save it as PDF and choose that."
    ),
    "remote": _(
        "When this file is opened it fetches something from elsewhere, which tells who reads it and "
        "can attack them: “%(name)s”. Save it as PDF and choose that, or put the pictures "
        "themselves in the place of the links to them."
    ),
    "fields": _(
        "This file has a field (DDE) that starts programs on the reader’s computer: “%(name)s”. "
        "Save it as PDF and choose that."
    ),
    "two_faced": _(
        "This file is packed so that two programs find different things in it: “%(name)s”. Open it "
        "in the program that made it, save it under a new name and choose that."
    ),
    "bomb": _(
        "Unpacked, this file would be far too large: “%(name)s”. Save it as PDF and choose that."
    ),
    "damaged_package": _(
        "This file is damaged, perhaps because it was cut off on its way: “%(name)s”. Choose it "
        "again, or open it in the program that made it, save it under a new name and choose that."
    ),
    "scripted_book": _(
        "Small programs (scripts) lie in this book, which could attack whoever opens it: "
        "“%(name)s”. Save it as EPUB without scripts and choose the new file."
    ),
}
