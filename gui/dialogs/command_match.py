"""How a command is found by what somebody types: parts of its words, its menu or its key, in any order."""

from __future__ import annotations

from dataclasses import dataclass

_KEY, _BEGINS, _INSIDE, _GROUP, _SCATTERED = 150.0, 100.0, 60.0, 40.0, 20.0
_FIRST_WORD = 5.0
_LOOSEST = 4  # letters of the text for one that was typed
_DISABLED = 30.0
_RECENT = 15.0


@dataclass(frozen=True, slots=True)
class Command:
    """What the palette shows of a command. reason: why it cannot be used now, "" when it can."""

    id: str
    text: str
    group: str = ""
    keys: tuple[str, ...] = ()
    reason: str = ""
    icon: str = ""
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A command that fits what was typed, and which letters of its text do."""

    command: Command
    letters: frozenset[int] = frozenset()


def find(commands: tuple[Command, ...], typed: str, *, recent: tuple[str, ...] = ()) -> list[Found]:
    """The commands every typed word fits, best first; of equals what can be used, then what was used lately."""
    words = typed.casefold().split()
    ranked = []
    for place, command in enumerate(commands):
        fits = [_fit(word, command) for word in words]
        if None in fits:
            continue
        letters = frozenset(at for fit in fits if fit is not None for at in fit[1])
        score = sum(fit[0] for fit in fits if fit is not None)
        score -= _DISABLED if command.reason else 0.0
        score += _RECENT if command.id in recent else 0.0
        ranked.append((-score, place, Found(command, letters)))
    return [found for _, _, found in sorted(ranked, key=lambda entry: entry[:2])]


def _fit(word: str, command: Command) -> tuple[float, range | tuple[int, ...]] | None:
    """How well a typed word fits and which letters of the text it covers; None when it does not."""
    text = command.text.casefold()
    if word in (key.casefold() for key in command.keys):
        return _KEY, ()
    starts = [at for at in range(len(text)) if _begins_word(text, at)]
    begun = next((at for at in starts if text.startswith(word, at)), None)
    if begun is not None:
        return _BEGINS + (_FIRST_WORD if begun == 0 else 0.0), range(begun, begun + len(word))
    inside = text.find(word)
    if inside >= 0:
        return _INSIDE, range(inside, inside + len(word))
    if command.group.casefold().startswith(word):
        return _GROUP, ()
    scattered = [found for at in starts if (found := _scattered(word, text, at))]
    if not scattered:
        return None
    return _SCATTERED, min(scattered, key=lambda found: found[-1] - found[0])


def _begins_word(text: str, at: int) -> bool:
    return text[at].isalnum() and (at == 0 or not text[at - 1].isalnum())


def _scattered(word: str, text: str, start: int) -> tuple[int, ...] | None:
    """Where the letters of a word stand in a text in their order, from a word's beginning and not too far apart."""
    places: list[int] = []
    at = start
    for letter in word:
        at = text.find(letter, at)
        if at < 0 or (not places and at != start):
            return None
        places.append(at)
        at += 1
    return tuple(places) if len(word) > 1 and at - start <= _LOOSEST * len(word) else None
