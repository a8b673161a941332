"""What commands print in words: posts, places, states and steps by their labels, beside them what is typed again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import evolve

from community_core.base.errors import Refused, UnknownTerm
from community_core.base.labels import Label, Language
from community_core.cli.output import plain

if TYPE_CHECKING:
    from community_core.base.findings import Finding
    from community_core.jurisdiction.rules import Rules
    from community_core.office import Office
    from community_core.procedures.definition import LateAction, Procedure
    from community_core.rules.answer import Answer


def named(label: Label, name: str, lang: Language) -> str:
    """Return *label* with the *name* beside it under which a clerk types it again; alone where they are the same."""
    said = plain(label.text(lang))
    if not said or said == name:
        return name
    return f"{said}（{name}）" if lang == "zh" else f"{said} ({name})"


def above(label: Label, name: str, lang: Language) -> str:
    """Return *label* with the *name* in a line of its own under it, where it is too long to stand beside."""
    said = plain(label.text(lang))
    return f"{said}\n{name}" if said and said != name else name


def explained(answer: Answer, rules: Rules, lang: Language) -> str:
    """Return *answer* as prose; what is still to be known, and who set a value, by label and name.

    The English of a condition is the language of rules, which has names.
    """
    from community_core.pages.words import in_words  # noqa: PLC0415 - JSON needs no words

    terms = rules.terms
    labels = {
        **{full.rpartition(".")[2]: parameter.label for full, parameter in terms.parameters},
        **{fact.name: fact.label for fact in terms.facts},
        **rules.titles,
    }
    lines = answer.explain(lang).splitlines()
    if lang == "zh":
        return plain("\n".join(in_words(Label(line), labels).zh for line in lines))
    return plain("\n".join(_asked(line, labels) for line in lines))


def _asked(line: str, labels: Mapping[str, Label]) -> str:
    """Return a line of an English answer; one that names what is to be known has labels beside the names."""
    head, asks, names = line.partition("still to be known: ")
    return head + asks + ", ".join(named(labels.get(name, Label()), name, "en") for name in names.split(", ") if name)


class Wording:
    """How the things of one office are called in *lang*: each case under the text that it runs under."""

    def __init__(self, office: Office, lang: Language) -> None:
        self.lang = lang
        self.rules = office.rules
        self.office = office

    def pick(self, zh: str, en: str) -> str:
        """Return the text in the language that is spoken."""
        return en if self.lang == "en" else zh

    def listed(self, parts: Iterable[str]) -> str:
        """Return *parts* as a list."""
        return self.pick("、", ", ").join(parts)

    def place(self, place: str) -> str:
        """Return what a place is registered as, on one line."""
        return named(self._place(place), place, self.lang)

    def place_above(self, place: str) -> str:
        """Return what a place is registered as, its name in a line of its own."""
        return above(self._place(place), place, self.lang)

    @cached_property
    def places(self) -> Mapping[str, Label]:
        """What places are called, by their ids."""
        return self.office.store.place_names()

    def _place(self, place: str) -> Label:
        return self.places.get(place, Label())

    def title(self, procedure: str, definition: Procedure | None = None) -> str:
        """Return what a procedure is called, by full name; one that the rules no longer have by its name alone."""
        if definition is None:
            try:
                definition = self.rules.procedure(procedure)
            except UnknownTerm:
                return procedure
        return above(definition.title, procedure, self.lang)

    def state(self, definition: Procedure, state: str) -> str:
        """Return what a state is called."""
        return plain((dict(definition.states).get(state) or Label(state)).text(self.lang))

    def end(self, ended: str) -> str:
        """Return how a case ended, or nothing while it runs."""
        from community_core.pages.texts import ENDS  # noqa: PLC0415 - with the office
        from community_core.procedures.definition import EndKind  # noqa: PLC0415 - as above

        return ENDS[EndKind(ended)].text(self.lang) if ended else ""

    def step(self, definition: Procedure, step: str) -> str:
        """Return what a step is called, or an event that is none."""
        from community_core.office.views import step_label  # noqa: PLC0415 - with the office

        return plain(step_label(definition, step).text(self.lang))

    def post(self, definition: Procedure, post: str, *, beside: bool = True) -> str:
        """Return what a post is called in a procedure, with its name where that is typed again."""
        from community_core.pages.words import post_label  # noqa: PLC0415 - with the office
        from community_core.procedures.posts import ROLES  # noqa: PLC0415 - as above

        label = post_label(post, definition)
        return named(label, post, self.lang) if beside and post not in ROLES else plain(label.text(self.lang))

    def late(self, then: LateAction, to: str, definition: Procedure) -> str:
        """Return what happens once time has run out: the state that a case goes to, or who is told."""
        from community_core.pages.words import LATE_ACTIONS, post_label  # noqa: PLC0415 - with the office
        from community_core.procedures.definition import LateAction  # noqa: PLC0415 - as above

        action = LATE_ACTIONS[then].text(self.lang)
        if not to:
            return action
        goal = dict(definition.states).get(to) if then is LateAction.LAPSE else post_label(to, definition)
        return action + self.pick("：", ": ") + plain((goal or Label(to)).text(self.lang))

    def registered_post(self, post: str) -> str:
        """Return what a post is called by the library or by any procedure of the rules."""
        from community_core.pages.words import POSTS  # noqa: PLC0415 - with the office

        own = (dict(procedure.posts).get(post) for _, procedure in self.rules.terms.procedures)
        return named(next(filter(None, own), None) or POSTS.get(post) or Label(), post, self.lang)

    def message(self, found: Finding, full: str, definition: Procedure) -> str:
        """Return the message of a finding about a case of a procedure (by full name), its names and conditions said."""
        return plain(self._in_words(found.message, full, definition).text(self.lang))

    @contextmanager
    def refusals(self, full: str, definition: Procedure) -> Iterator[None]:
        """Let what is refused say in Chinese what a procedure (by full name) calls its steps, states and posts.

        Raises:
            Refused: as it was raised, but for the words.
        """
        try:
            yield
        except Refused as error:
            said = [evolve(each, message=self._in_words(each.message, full, definition)) for each in error.findings]
            raise Refused(self._in_words(error.message, full, definition), said) from error

    def _in_words(self, message: Label, full: str, definition: Procedure) -> Label:
        from community_core.pages.spelling import Spelling  # noqa: PLC0415 - with the office
        from community_core.pages.words import in_words  # noqa: PLC0415 - as above

        zh = message.zh
        for step in definition.steps:
            if step.when is not None and step.when.text in zh:
                said = Spelling(self.rules).of_procedure(full, definition)(step.when).zh
                zh = zh.replace(step.when.text, said)
        return in_words(evolve(message, zh=zh), self._labels(definition))

    def _labels(self, definition: Procedure) -> dict[str, Label]:
        """Return what is called how in messages about a procedure; of several things of one name the last goes."""
        from community_core.pages.words import POSTS  # noqa: PLC0415 - with the office

        terms = self.rules.terms
        return {
            **POSTS,
            **{fact.name: fact.label for fact in terms.facts},
            **{name: item.label for full, item in terms.parameters for name in (full, full.rpartition(".")[2])},
            definition.name: definition.title,
            **{name: item.label for name, item in definition.field_names.items()},
            **dict(definition.states),
            **dict(definition.posts),
            **{step.name: step.label for step in definition.steps},
        }


def worded(office: Office, full: str, definition: Procedure, *, as_json: bool) -> AbstractContextManager[None]:
    """Let what is refused in a case of a procedure (by full name) be said in words; programs read names."""
    return nullcontext() if as_json else Wording(office, "zh").refusals(full, definition)
