"""What is compiled and never changes: a copy of it is itself, and it goes to no other process."""

from __future__ import annotations

from typing import Never, Self, SupportsIndex


class Compiled:
    """Base of rules, of the engine that decides by them, and of its answers."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> Never:
        raise TypeError(
            f"{type(self).__name__} is not pickled: load the rules in each process, and keep an answer as its "
            "as_data() or as a receipt"
        )
