"""The picture that stands beside a link in WhatsApp, on Facebook and elsewhere: 1200 by 630."""

from profiles.formats.cards.facts import SIZE, Card, card_of_entry, card_of_list, card_of_profile
from profiles.formats.cards.keeping import jpeg

__all__ = ["SIZE", "Card", "card_of_entry", "card_of_list", "card_of_profile", "jpeg"]
