"""What somebody asks for: the words of a query that mean something, and its phrases in quotes."""

import re
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import NamedTuple

from profiles.search import keys
from profiles.translation import CONTENT_LANGUAGES

MOST_LETTERS = 400  # of a query
MOST_WORDS = 12
SHORTEST_PREFIX = 3
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
QUOTED = re.compile(r"[\"“”«»„]([^\"“”«»„]+)[\"“”«»„]")
# Words of questions and between words, as they stand folded: they say nothing of what is meant.
_STOP_WORDS = """
a ai aie ait alors apres as au aucun aucune aura aurait aussi autre autres aux avaient avais avait
dois doit doivent
avant avec avez avoir avons ayant bien c ca car ce ceci cela celle celles celui ces cet cette ceux
chaque chez ci combien comme comment concernant cherche chercher d dans de des deja depuis dont donc
du elle elles en encore entre es est et etaient etait etant ete etes etre eu eux existe faire fait
faites font il ils ilya j jai je jusqu jusque l la laquelle le lequel les lesquels lesquelles leur
leurs lors lorsque lui m ma mais me mes moi mon meme memes n ne ni nos notre nous on ont ou par
parce parle parlent pas pendant peut peuvent peux plus pour pourquoi pouvez propos puis qu quand que
quel quelle quelles quelque quelques quels qui quoi s sa sans se sera serait ses si sont sous souhaite
sommes suis sujet sur t ta te tes toi ton tous tout toute toutes tres trouve trouver tu un une vers
veux voir vos votre voudrais vous y where when what which who whom whose why how the an and any are
at be been being but by can could did do does for from had has have he her his i if in into is it
its me my not of off onto our she should so some such than that their them then there these they
this those through to too under until was we were will with would you your about find search looking
في من على الي عن ما ماذا هل هذا هذه ذلك تلك التي الذي الذين او
ثم بين بعد قبل حول منذ مع كل كم كيف متي اين لماذا هو هي ان لا
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True)
class Word:
    """One word of a query, and the ways to have it: for each, sets of keys of which one each must
    be there. "non-violence" is [[{nonviolence…}], [{non…}, {violence…}]]."""

    text: str
    ways: tuple[tuple[frozenset[str], ...], ...]
    prefix: str = ""  # other words that begin so are meant too

    def begun(self):
        """The same, and all that begins so."""
        folded = "".join(keys.PART.findall(keys.fold(self.text)))
        return Word(self.text, self.ways, folded if len(folded) >= SHORTEST_PREFIX else "")

    @property
    def marks(self):
        """The keys of what is marked where it is shown."""
        return frozenset().union(*(one for way in self.ways for one in way))

    @property
    def exactly(self):
        """Only as it was typed, with its accents."""
        return Word(self.text, ((frozenset([keys.exact(self.text)]),), *self.ways[1:]))


class Question(NamedTuple):
    words: list[Word]
    phrases: list[list[str]]  # folded words that must follow one another


def question_of(query, unsaid=frozenset()):
    """`unsaid` are folded words that matter only where nothing else is asked for."""
    query = readable(query)
    phrases = [words for quoted in QUOTED.findall(query) if len(words := keys.sequence(quoted)) > 1]
    found = list(islice(keys.words_of(query), 3 * MOST_WORDS))
    meaningful = [one for one in found if not is_stop_word(one)] or found
    said = [one for one in meaningful if not unsaid.intersection(map(keys.fold, one[1]))]
    meaningful = said or meaningful
    return Question(words_with_ways(meaningful[:MOST_WORDS]), phrases)


def readable(query):
    """The query as a page may repeat it: without signs that nobody sees, and not without end."""
    return keys.typed(CONTROLS.sub(" ", query))[:MOST_LETTERS].strip()


def is_stop_word(found):
    whole, parts = found
    return keys.fold(whole) in STOP_WORDS or all(keys.fold(part) in STOP_WORDS for part in parts)


def words_with_ways(found):
    words = {whole: word(whole, parts) for whole, parts in found}
    # Two words may be one elsewhere: "non violence" is "nonviolence".
    for one, other in pairwise(list(words)):
        both = (any_keys(one + other),)
        words[one] = with_way(words[one], both)
        words[other] = with_way(words[other], both)
    return list(words.values())


def word(whole, parts):
    apart = tuple(part for part in parts if keys.fold(part) not in STOP_WORDS) or tuple(parts)
    # Of "l’eau" the word is "eau".
    shown = apart[0] if len(apart) == 1 else whole
    ways = [(any_keys(whole),)]
    if apart and parts != [whole]:
        ways.append(tuple(map(any_keys, apart)))
    return Word(shown, tuple(ways))


def with_way(one, way):
    return Word(one.text, (*one.ways, way), one.prefix)


def any_keys(text):
    return frozenset().union(*(keys.keys(text, language) for language in CONTENT_LANGUAGES))
