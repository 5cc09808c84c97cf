"""New ids in the place of doubles."""

from collections.abc import Container


def free_id(wanted: str, taken: Container[str]) -> str:
    """`wanted` with the first number behind it, from 2 on, that makes it a new id."""
    number = 2
    while f"{wanted}_{number}" in taken:
        number += 1
    return f"{wanted}_{number}"
