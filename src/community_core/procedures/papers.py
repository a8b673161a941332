"""Papers of a case: their text checked, and the issuing of one as an event that binds what was printed by its hash.

Nothing is printed here. Who prints gives the digests of the files, and their signatures, and the record keeps them:
whoever holds a file can then be told from which event it comes, and that nothing in it was changed since.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence

from attrs import frozen

from community_core.base.digests import Digest
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.procedures.definition import Paper, PaperForm, Procedure, Step
from community_core.procedures.events import APART, CORRECT, PAPER, SYSTEM, Case, Event
from community_core.procedures.naming import unknown_name
from community_core.procedures.reading import plain_post, post_for
from community_core.procedures.renaming import present_names
from community_core.procedures.step import Refusal, Taken, after, day_before, not_entitled

#: Under this name an issued paper's event keeps the code that stands on the copy.
CODE = "code"

#: Forms that are meant for everybody: nothing but what is public stands in them.
OPEN_FORMS = frozenset({PaperForm.NOTICE, PaperForm.CONCLUSION, PaperForm.COUNT})


@frozen
class Signature:
    """A seal or signature on one file: who holds the *key*, by which *algorithm*, and its *value* (hexadecimal)."""

    key: str
    algorithm: str
    value: str


@frozen
class PaperFile:
    """One printed form of a paper (``html``, ``docx``, …): the digest of its bytes, and its signature where sealed."""

    form: str
    digest: Digest
    signature: Signature | None = None


@frozen
class Issued:
    """A paper that was issued: its name, the event it is about, and by which event of the case it was issued.

    *behalf* is the person in whose name *actor* issued it; empty where in his own.
    """

    case: str
    name: str
    of: int
    version: int
    day: dt.date
    actor: str
    post: str
    files: tuple[PaperFile, ...]
    behalf: str = ""


@frozen
class Yielded:
    """A paper that an event of the case yields: its name and title, and the event's version, step and day."""

    name: str
    of: int
    step: str
    day: dt.date
    label: Label = Label()


def yielded(procedure: Procedure, history: Sequence[Event]) -> tuple[Yielded, ...]:
    """Return the papers that the events of a case yield, in their order."""
    found = []
    labels = {paper.name: paper.label for paper in procedure.papers}
    for event, present in zip(history, present_names(history), strict=True):
        step = None if event.step in (*APART, CORRECT) else procedure.step(present)
        names = [name for name in (() if step is None else step.papers) if name in labels]
        found += [Yielded(name, event.version, present, event.day, labels[name]) for name in names]
    return tuple(found)


def issued(history: Sequence[Event]) -> tuple[Issued, ...]:
    """Return the papers of a case that were issued, in their order."""
    return tuple(_read(event) for event in history if event.step == PAPER)


def _read(event: Event) -> Issued:
    said = dict(event.data)
    files = []
    for form, algorithm, value, key, signed_by, signature in said["files"]:
        signed = Signature(key, signed_by, signature) if signature else None
        files.append(PaperFile(form, Digest(algorithm, value), signed))
    return Issued(
        event.case,
        said["paper"],
        said["of"],
        event.version,
        event.day,
        event.actor,
        event.post,
        tuple(files),
        event.behalf,
    )


def about(
    procedure: Procedure, case: Case, history: Sequence[Event], name: str, of: int | None
) -> tuple[Paper, Yielded] | Finding:
    """Return the paper *name* and the event that yields it: event *of*, or the last one that does."""
    known = yielded(procedure, history)
    found = next((item for item in reversed(known) if item.name == name and of in (None, item.of)), None)
    paper = procedure.paper(name)
    if found is not None and paper is not None:
        return paper, found
    listed = [f"{item.name}（{item.of}）" for item in known]
    which = ("", "") if of is None else (f"第 {of} 条记录", f"event {of} of ")
    return finding(
        "no-such-paper",
        f"办件 {case.id} {which[0]}不出具文书 {name}；可出具（记录序号）：{'、'.join(listed) or '（无）'}",
        f"{which[1]}case {case.id} yields no paper {name!r}; what can be issued, with the event it is about: "
        f"{', '.join(listed) or 'nothing'}",
        case=case.id,
        paper=name,
    )


def not_issuable(
    procedure: Procedure, case: Case, item: Yielded, *, actor: str, day: dt.date, held: frozenset[str], behalf: str = ""
) -> tuple[Finding, ...]:
    """Return what stands against *actor*, in the name of *behalf*, issuing on *day* what an event yields.

    Who may issue a paper is whoever may take the step that yields it: by a post that he holds (*held*), or by what he
    is in the case. A case that has ended still issues what its events yield.
    """
    step = procedure.step_names[item.step]
    found = [] if _post(procedure, step, case, actor, behalf, held) else [not_entitled(step)]
    if case.latest is not None and day < case.latest:
        found.append(day_before(case, day, step.origin))
    return tuple(found)


def issue(
    procedure: Procedure,
    case: Case,
    item: Yielded,
    files: Sequence[PaperFile],
    *,
    actor: str,
    day: dt.date,
    held: frozenset[str],
    behalf: str = "",
    key: str = "",
    code: str = "",
) -> Taken | Refusal:
    """Issue the paper that an event yields, as *files*, or say what stands against it.

    The *code* that stands on the copy is recorded where there is a *key*: with it the same copy is made again. Like a
    personal value it is kept apart, since it is what keeps the content from being guessed by the digest.
    """
    found = not_issuable(procedure, case, item, actor=actor, day=day, held=held, behalf=behalf)
    if found:
        return Refusal(found)
    event = Event(
        case=case.id,
        version=case.version + 1,
        step=PAPER,
        state=case.state,
        actor=actor,
        post=_post(procedure, procedure.step_names[item.step], case, actor, behalf, held),
        day=day,
        data=(
            ("paper", item.name),
            ("of", item.of),
            ("files", tuple(map(_row, files))),
            *(((CODE, code),) if key else ()),
        ),
        rules=case.rules,
        key=key,
        behalf=behalf,
        private=((CODE, Privacy.PERSONAL),) if key else (),
    )
    return Taken(after(procedure, case, event), (event,))


def _row(file: PaperFile) -> tuple[str, ...]:
    signed = file.signature or Signature("", "", "")
    return (file.form, file.digest.algorithm, file.digest.value, signed.key, signed.algorithm, signed.value)


def _post(procedure: Procedure, step: Step, case: Case, actor: str, behalf: str, held: frozenset[str]) -> str:
    """Return the post by which *actor* may issue what *step* yields; empty where there is none."""
    if actor == SYSTEM:
        return ""
    if case.took(step.name, behalf or actor):
        return post_for(procedure, step, case, actor, held, behalf=behalf)
    return plain_post(procedure, step, held)


def check_papers(procedure: Procedure) -> Iterator[Finding]:
    """Yield what is wrong with the papers of *procedure*: unknown names, and what everybody would read."""
    fields, steps = procedure.field_names, procedure.step_names
    known = [paper.name for paper in procedure.papers]
    yields = {name for step in procedure.steps for name in step.papers}
    for step in procedure.steps:
        for name in step.papers:
            if name not in known:
                yield unknown_name("unknown-paper", "文书", name, step.origin, known)
    for paper in procedure.papers:
        for name in paper.shows:
            if name not in fields:
                yield unknown_name("unknown-field", "字段", name, paper.origin, fields)
            elif paper.form in OPEN_FORMS and fields[name].privacy is not Privacy.PUBLIC:
                privacy = fields[name].privacy.value
                yield finding(
                    "not-public",
                    f"文书 {paper.name} 面向公众，却写明 {name}，其隐私类别是 {privacy}；它在文书上会遮去",
                    f"the paper {paper.name} is for everybody and shows {name!r}, which is {privacy}: it is masked",
                    paper.origin,
                    # A personal value has a masked form, as on the board; of any other there is nothing to print.
                    "warning" if fields[name].privacy is Privacy.PERSONAL else "error",
                    field=name,
                    privacy=privacy,
                )
        for name in paper.lists:
            if name not in steps:
                yield unknown_name("unknown-step", "环节", name, paper.origin, steps)
        if paper.name not in yields:
            yield finding(
                "paper-unused",
                f"文书 {paper.name} 没有环节出具，请在某个环节的 papers 中写明，或删去它",
                f"no step yields the paper {paper.name!r}; name it under the papers of a step, or remove it",
                paper.origin,
                name=paper.name,
            )


def sealed_text(case: str, name: str, of: int, file: PaperFile, *, actor: str, day: dt.date, behalf: str = "") -> bytes:
    """Return what a signature on *file* is over: the paper, its event, who issued it when, and the file's digest."""
    said = {
        "actor": actor,
        "case": case,
        "day": day.isoformat(),
        "digest": str(file.digest),
        "form": file.form,
        "of": of,
        "paper": name,
        **({"behalf": behalf} if behalf else {}),
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
