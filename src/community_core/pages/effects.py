"""What a step causes, in words: each effect with what it takes, said in the procedure's own terms; nothing happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from community_core.base.errors import UnknownTerm
from community_core.base.labels import Label, joined
from community_core.jurisdiction.rules import Rules
from community_core.pages.spelling import Spelling
from community_core.pages.words import ARGUMENTS, EFFECTS, post_label
from community_core.procedures.consequences import is_literal
from community_core.procedures.definition import EffectSpec, Procedure
from community_core.rules.terms import Expression

#: What each effect is about, under the first of these arguments that it has; it is said before the others.
_POST = ("post_of", "post", "what")
_ABOUT = {
    "open": ("procedure",),
    "appoint": _POST,
    "end_appointment": _POST,
    "remind": _POST,
    "enter": ("what",),
    "redraw": ("what",),
}
_REDRAWINGS = {"move": Label("划转", "move"), "merge": Label("合并", "merge"), "split": Label("拆分", "split")}


class Effects:
    """The effects of one procedure (by full name) of *rules* in words."""

    def __init__(self, rules: Rules, spelling: Spelling, full: str, procedure: Procedure) -> None:
        self._rules = rules
        self._procedure = procedure
        self._practice = full.rpartition(".")[0]
        self._spell = spelling.of_procedure(full, procedure, prose=True)

    def said(self, effect: EffectSpec) -> Label:
        """Return one effect: its kind, what it is about, and what it takes."""
        kind = EFFECTS.get(effect.kind) or self._added(effect.kind)
        given = dict(effect.arguments)
        group = _ABOUT.get(effect.kind, ())
        about = next((name for name in group if name in given), "")
        head = joined((kind, self._value(effect, about, given[about])), "：", ": ") if about else kind
        rest = joined(self._rest(effect, [pair for pair in effect.arguments if pair[0] not in group]), "；", "; ")
        return Label(f"{head.zh}（{rest.zh}）", f"{head.en} ({rest.en})") if rest else head

    def _added(self, kind: str) -> Label:
        """Return what an effect is called that a plugin adds."""
        return next((item.label for item in self._rules.effects if item.name == kind), None) or Label(kind, kind)

    def _rest(self, effect: EffectSpec, arguments: Iterable[tuple[str, Expression]]) -> Iterator[Label]:
        given = dict(arguments)
        opened = self._opened(effect)
        for name, expression in given.items():
            if effect.kind == "open" and name == "as":
                continue
            if effect.kind == "open" and name == "each":
                each = self._field(expression.text)
                item = given.get("as")
                field = Label() if item is None else _field_of(opened, item.text)
                yield Label(
                    f"“{each.zh}”的每一项各一件" + (f"，作为“{field.zh}”" if field else ""),
                    f"one for each of: {each.text('en')}" + (f", as: {field.text('en')}" if field else ""),
                )
                continue
            called = _field_of(opened, name) if opened is not None else self._argument(effect, name)
            yield joined((called, self._value(effect, name, expression)), "：", ": ")

    def _argument(self, effect: EffectSpec, name: str) -> Label:
        label = ARGUMENTS.get(name) if effect.kind in EFFECTS else None
        return label or self._field(name)

    def _value(self, effect: EffectSpec, name: str, expression: Expression) -> Label:
        """Return what an argument is: a thing by its label, a text as it is written, else an expression in words."""
        text = expression.text
        if not is_literal(effect.kind, name):
            opened = self._opened(effect)
            field = None if opened is None else opened.field(name)
            return (dict(field.labels).get(text.strip("'\"")) if field is not None else None) or self._spell(expression)
        if effect.kind == "open" and name == "procedure":
            opened = self._opened(effect)
            return Label(text, text) if opened is None else opened.title or Label(text, text)
        if effect.kind == "enter" and name == "what":
            # A ledger has no label; its name is what the command ``ledger`` is given.
            return Label(text, text)
        if effect.kind == "redraw":
            return _REDRAWINGS.get(text) or self._field(text)
        if name in ("what", "post") and effect.kind in EFFECTS:
            return post_label(text, self._procedure)
        return self._field(text)

    def _opened(self, effect: EffectSpec) -> Procedure | None:
        named = dict(effect.arguments).get("procedure")
        if effect.kind != "open" or named is None:
            return None
        with suppress(UnknownTerm):
            return self._rules.procedure(self._rules.procedure_name(named.text, self._practice))
        return None

    def _field(self, name: str) -> Label:
        return _field_of(self._procedure, name)


def _field_of(procedure: Procedure | None, name: str) -> Label:
    found = None if procedure is None else procedure.field(name)
    return (found.label if found is not None else None) or Label(name, name)
