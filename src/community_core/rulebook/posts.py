"""The words of a document for the posts and audiences that its procedures name, given to each that names them."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from community_core.base.findings import Finding, Origin, finding
from community_core.base.labels import Label
from community_core.declarations.amendments import Amendment
from community_core.procedures.definition import Procedure
from community_core.procedures.posts import ROLES, posts_named
from community_core.rulebook.labels import LABEL
from community_core.rulebook.nodes import Mapping, Scalar
from community_core.rulebook.readers import DOTTED, Pairs
from community_core.rulebook.reading import Fields, Key, Reading, suggestion

POSTS = Key(
    "posts",
    Pairs(LABEL, Label("职务与名称", "labels by post"), keys=DOTTED),
    Label(
        "本文所写的职务和公开对象叫什么",
        "what the posts and audiences that its procedures name are called",
    ),
)


def with_posts(
    fields: Fields, reading: Reading, procedures: tuple[Procedure, ...], amendments: tuple[Amendment, ...]
) -> tuple[tuple[Procedure, ...], tuple[Amendment, ...]]:
    """Return *procedures* and *amendments* with the labels under ``posts`` that each needs, and report the others.

    A procedure that extends another is given all of them: what it takes over may name any (see ``merge``), so that
    whether one is superfluous is known where it is put together (see :func:`unsure_posts`).
    """
    if "posts" not in fields.nodes:
        return procedures, amendments
    every = (*procedures, *(item.procedure for item in amendments if item.procedure is not None))
    steps = {name for procedure in every for name in procedure.step_names}
    labels: dict[str, Label] = {
        name: label for name, label in fields.get("posts", ()) if name not in ROLES and name not in steps
    }
    _report(fields, reading, every, steps)

    def given(procedure: Procedure) -> Procedure:
        named = labels if procedure.extends else posts_named(procedure) & labels.keys()
        return evolve(procedure, posts=tuple((post, labels[post]) for post in sorted(named)))

    return (
        tuple(map(given, procedures)),
        tuple(item if item.procedure is None else evolve(item, procedure=given(item.procedure)) for item in amendments),
    )


def unsure_posts(
    fields: Fields, reading: Reading, procedures: tuple[Procedure, ...], amendments: tuple[Amendment, ...]
) -> tuple[tuple[str, Origin], ...]:
    """Return the labelled posts that nothing here names, and that a procedure may name that one here extends."""
    if not any(procedure.extends for procedure in procedures) or not _whole(fields):
        return ()
    every = (*procedures, *(item.procedure for item in amendments if item.procedure is not None))
    known = {post for procedure in every for post in (*posts_named(procedure), *procedure.step_names)} | ROLES
    return tuple((key.text, reading.origin(key)) for key in _written(fields) if key.text not in known)


def not_named(post: str, named: Iterable[str], origin: Origin) -> Finding:
    """Return the finding that *post* is labelled and no procedure names it; they name the posts *named*."""
    _, zh, en = suggestion(post, sorted(named))
    return finding(
        "post-not-named",
        f"这里没有程序写到职务“{post}”；{zh}",
        f"no procedure here names the post {post!r}; {en}",
        origin,
        "warning",
        post=post,
    )


def _written(fields: Fields) -> list[Scalar]:
    """Return the posts that are labelled, as they are written."""
    node = fields.nodes.get("posts")
    return [key for key, _ in node.pairs if isinstance(key, Scalar)] if isinstance(node, Mapping) else []


def _report(fields: Fields, reading: Reading, procedures: Iterable[Procedure], steps: set[str]) -> None:
    """Report labels of what is no post, and of posts that nothing names where everything could be read."""
    written = _written(fields)
    given = {key.text for key in written}
    named = {post for procedure in procedures for post in posts_named(procedure)}
    whole = not any(procedure.extends for procedure in procedures) and _whole(fields)
    for key in written:
        post, origin = key.text, reading.origin(key)
        if post in ROLES:
            reading.report(
                "not-a-post",
                f"“{post}”不是职务，是本库自己的词，不能另起名称；请删去",
                f"{post!r} is no post but a word of the library's own, which has its label; delete it here",
                origin,
                word=post,
            )
        elif post in steps:
            reading.report(
                "not-a-post",
                f"“{post}”不是职务，是环节；环节的名称写在环节的 zh 和 en 里",
                f"{post!r} is no post but a step; a step has its label under zh and en of its own",
                origin,
                word=post,
            )
        elif whole and post not in named:
            reading.findings.append(not_named(post, named - given, origin))


def _whole(fields: Fields) -> bool:
    """Whether all procedures and amendments could be read, so that what they name is known."""
    section = fields.get("procedures")
    broken = section is not None and bool(section.broken)
    # A bad amendment stands as something that is no amendment.
    amended = all(isinstance(item, Amendment) for item in fields.get("amend", ()))
    return not broken and amended and fields.bad.isdisjoint(("procedures", "amend"))
