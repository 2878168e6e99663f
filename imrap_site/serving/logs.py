"""What failed, told once in a while and not a thousand times; by mail too, where somebody reads it."""

import logging
import threading
import time

from django.core import mail

MOST_KINDS = 1_000


class Seldom(logging.Filter):
    """One record of a kind in so many seconds: of the same fault, or of the same line of code."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds, self.told = seconds, {}

    def filter(self, record):
        kind, now = kind_of(record), time.monotonic()
        if now - self.told.get(kind, -self.seconds) < self.seconds:
            return False
        if len(self.told) >= MOST_KINDS:
            self.told.clear()
        self.told[kind] = now
        return True


def kind_of(record):
    fault = record.exc_info and record.exc_info[1]
    if not fault:
        return record.pathname, record.lineno, record.levelno
    place = fault.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    return type(fault), str(fault)[:200], place and (place.tb_frame.f_code, place.tb_lineno)


class MailHandler(logging.Handler):
    """To whoever keeps the server: the trace, and nothing of what a person sent or who it was."""

    def __init__(self, to):
        super().__init__()
        self.to = to

    def emit(self, record):
        subject = f"The site: {record.getMessage()}".splitlines()[0][:150]
        # Beside the answer, which must not wait for a mail server.
        threading.Thread(target=self.send, args=(subject, self.format(record)), daemon=True).start()

    def send(self, subject, text):
        try:
            mail.send_mail(subject, text, None, [self.to])
        except Exception:  # no record of it: that would be mailed too
            print(f"This could not be mailed to {self.to}: {subject}", flush=True)
