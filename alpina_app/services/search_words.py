"""Words of a search: separated by spaces or commas, quoted phrases kept together."""

_QUOTES = "\"'"


def split_words(text: str) -> list[str]:
    """`один "два три",четыре` is `один`, `два три`, `четыре`. A quote without its pair is a
    character like others; inside quotes `\\"` is a quote.

    What the search filter of Django REST Framework makes of the same text.
    """
    words: list[str] = []
    for run in _runs(text):
        trimmed = run.strip(",")
        if trimmed and trimmed[0] in _QUOTES and trimmed[-1] == trimmed[0]:
            words.append(_unquoted(trimmed))
        else:
            words += trimmed.split(",")
    return [word for word in words if word]


def _runs(text: str) -> list[str]:
    """Pieces between spaces; a space inside a closed pair of quotes does not end a piece."""
    runs: list[str] = []
    start = position = 0
    while position < len(text):
        character = text[position]
        if character.isspace():
            if position > start:
                runs.append(text[start:position])
            start = position = position + 1
        elif character in _QUOTES:
            position = _after_quotes(text, position)
        else:
            position += 1
    if position > start:
        runs.append(text[start:position])
    return runs


def _after_quotes(text: str, opening: int) -> int:
    """The place behind the closing quote, or behind the opening one where none closes it."""
    position = opening + 1
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text[position] == text[opening]:
            return position + 1
        else:
            position += 1
    return opening + 1


def _unquoted(phrase: str) -> str:
    mark = phrase[0]
    return phrase[1:-1].replace(f"\\{mark}", mark).replace("\\\\", "\\")
