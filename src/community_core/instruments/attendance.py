"""Who takes part in a vote: in person by one channel or several, by proxy, for a household; nobody counts twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from attrs import frozen

#: Of somebody seen in several channels no ballot counts.
NONE = "none"


@frozen
class Fault:
    """What stands against an attendance: its code, and how many it concerns. Names are left out: they are personal."""

    code: str
    number: int


@frozen
class Attendance:
    """Who takes part.

    *in_person* and *by_proxy* are those entitled who take part, each once, in order of their names. *seen_twice* are
    those seen in more than one channel, with the channel by which their ballot counts (``none``: by none of them).
    *set_aside* is the number of their ballots that do not count. *faults* stand against counting anything.
    """

    in_person: tuple[str, ...]
    by_proxy: tuple[str, ...] = ()
    seen_twice: tuple[tuple[str, str], ...] = ()
    set_aside: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def present(self) -> int:
        """Those who take part, in person or by proxy."""
        return len(self.in_person) + len(self.by_proxy)

    @property
    def ballots(self) -> int:
        """The most ballots that can count: one for each who takes part and is not shut out for being seen twice."""
        return self.present - sum(channel == NONE for _, channel in self.seen_twice)


def attendance(
    among: Sequence[str],
    channels: Mapping[str, Sequence[str]],
    *,
    seen_twice: str = "",
    proxies: Sequence[Sequence[str]] = (),
    proxy_limit: int | None = None,
    represented: Sequence[Sequence[str]] | None = None,
) -> Attendance:
    """Return who of *among* takes part, and what stands against it.

    Args:
        among: those entitled: persons, or households.
        channels: those who came in person, by channel; one channel where there is only the room.
        seen_twice: the channel whose ballot counts where somebody is seen in several, or ``none``; without a rule
            such a person is a fault. Where he is not seen in the channel named, no ballot of his counts.
        proxies: each the principal, who carries his vote, and the written mandate.
        proxy_limit: how many one may carry.
        represented: where households vote: each household that takes part and the person who votes for it.
    """
    entitled = set(among)
    seen = Counter(person for people in channels.values() for person in set(people))
    in_person, principals = set(seen), [entry[0] for entry in proxies if entry]
    found: Counter[str] = Counter()
    found["person-twice"] = _repeated(among) + sum(map(_repeated, channels.values()))
    found["not-among"] = len((in_person | set(principals)) - entitled)
    doubles = sorted(person for person, times in seen.items() if times > 1)
    counting = tuple((person, _counts_by(person, channels, seen_twice)) for person in doubles)
    if not seen_twice:
        found["seen-twice"] = len(doubles)
    _proxies(found, proxies, in_person, proxy_limit)
    if represented is not None:
        _represented(found, represented, in_person | set(principals))
    set_aside = sum(seen[person] - (channel != NONE) for person, channel in counting)
    faults = tuple(Fault(code, number) for code, number in found.items() if number)
    return Attendance(tuple(sorted(in_person)), tuple(sorted(set(principals))), counting, set_aside, faults)


def _repeated(people: Sequence[str]) -> int:
    return len(people) - len(set(people))


def _counts_by(person: str, channels: Mapping[str, Sequence[str]], rule: str) -> str:
    return rule if person in channels.get(rule, ()) else NONE


def _proxies(found: Counter[str], proxies: Sequence[Sequence[str]], in_person: set[str], limit: int | None) -> None:
    whole = [entry for entry in proxies if len(entry) == 3 and all(part.strip() for part in entry)]
    found["proxy-unwritten"] = len(proxies) - len(whole)
    principals = [entry[0] for entry in proxies if entry]
    found["proxy-twice"] = _repeated(principals)
    found["proxy-and-present"] = len(set(principals) & in_person)
    found["carrier-absent"] = len({entry[1] for entry in whole} - in_person)
    carried = Counter(entry[1] for entry in whole)
    found["proxy-limit"] = 0 if limit is None else sum(number > limit for number in carried.values())


def _represented(found: Counter[str], represented: Sequence[Sequence[str]], taking_part: set[str]) -> None:
    pairs = [tuple(entry) for entry in represented if len(entry) == 2 and all(part.strip() for part in entry)]
    named = {household for household, _ in pairs}
    found["not-represented"] = len(taking_part - named) + len(represented) - len(pairs)
    found["represented-twice"] = _repeated([household for household, _ in pairs])
    found["represents-two"] = _repeated([person for _, person in pairs])
