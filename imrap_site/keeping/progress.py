"""How far a long piece of work is, drawn on a terminal; elsewhere nothing is."""

import time

WIDTH = 40
OFTEN = 0.1  # seconds


class Bar:
    def __init__(self, stream, doing, total):
        self.stream, self.doing, self.total = stream, doing, max(1, total)
        self.done, self.drawn = 0, 0.0
        self.is_shown = stream is not None and stream.isatty()

    def add(self, number):
        self.done += number
        if self.is_shown and time.monotonic() > self.drawn + OFTEN:
            self.draw()

    def end(self):
        if self.is_shown:
            self.draw("\n")

    def draw(self, ending=""):
        self.drawn = time.monotonic()
        part = min(1, self.done / self.total)
        bar = "#" * int(WIDTH * part)
        self.stream.write(f"\r{self.doing} [{bar:.<{WIDTH}}] {part:4.0%}{ending}")
        self.stream.flush()
