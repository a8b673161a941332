"""What is said of an appointment or delegation as it is given: names that cannot be, and what is odd about it."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from community_core.base.findings import Finding, finding
from community_core.base.ids import is_told_apart
from community_core.base.labels import Label
from community_core.jurisdiction.rules import Rules
from community_core.ports.store import Contradiction, RegisterRows
from community_core.procedures.events import SYSTEM
from community_core.registers.known import PLACES


def require_names(**names: str) -> None:
    """Make sure that what a register is asked to keep has names that can be read and told apart.

    Raises:
        Contradiction: if one has not, or a person is called as the library itself.
    """
    for what, name in names.items():
        if not is_told_apart(name) or (name == SYSTEM and what in ("person", "behalf")):
            raise Contradiction(
                Label(
                    f"{what} 不能是 {name!r}；要写明，首尾没有空格，也没有换行等控制字符，system 只由本库自己使用",
                    f"{what} cannot be {name!r}; give one without spaces around or control characters; `system` is the "
                    "library's own",
                )
            )


def unregistered(store: RegisterRows, place: str) -> tuple[Finding, ...]:
    """Return that *place* is not registered, where it is not: what stands for it is kept, and may come before it."""
    if store.register_rows(PLACES, where={"place": place}):
        return ()
    places = [row.key[0] for row in store.register_rows(PLACES)]
    odd = Label(f"地方 {place} 还没有登记", f"the place {place} is not registered")
    return (_odd("not-registered", odd, place, places),)


def without_step(rules: Rules, post: str) -> tuple[Finding, ...]:
    """Return that no step of *rules* is for *post*, where there are steps and none is."""
    steps = [step for _, procedure in rules.terms.procedures for step in procedure.steps]
    known = {each for step in steps for each in step.by}
    if not known or post in known:
        return ()
    return (_odd("post-without-step", Label(f"规则里没有环节由 {post} 办理", f"no step is for {post}"), post, known),)


def _odd(code: str, odd: Label, name: str, known: Collection[str]) -> Finding:
    near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    return finding(
        code,
        odd.zh + (f"；是否指 {'、'.join(near)}" if near else ""),
        odd.en + (f"; did you mean {', '.join(near)}?" if near else ""),
        level="warning",
        name=name,
        near=", ".join(near),
    )
