"""A card is drawn at the first demand, and its page's older ones go."""

from profiles.formats.kept import kept


def jpeg(card):
    """The bytes of the picture; for the cards of pages alone, as no stranger may choose a text."""
    from profiles.formats.cards import drawing  # loaded where something is drawn, which is rare

    name = f"{card.version}{drawing.MANNER}.jpg"
    return kept(f"cards/{card.page}", name, lambda: drawing.jpeg(card), outdated="*.jpg")
