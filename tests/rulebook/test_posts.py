"""What posts are called: the labels of a document come to each of its procedures that names the post."""

from __future__ import annotations

from community_core.base.labels import Label
from community_core.codec import canonical, digest
from community_core.rulebook import read_text

SECRETARY = Label("党组织书记", "party secretary")
POSTS = "posts: {party.secretary: {zh: 党组织书记, en: party secretary}, neighbours: 邻居}\n"
DUTY = """practice: p
title: P
procedures:
  duty:
    title: {zh: 值班, en: duty}
    facts: {day_on: {type: date, zh: 值班日, privacy: public}}
    states: {open: 待办, done: 办结}
    ends: {done: decided}
    steps:
      start: {to: open, by: [duty.officer], takes: [day_on]}
      finish: {from: open, to: done, by: [duty.officer], publish: {kind: announcement, what: [day_on], to: neighbours}}
"""
#: What the text above came to before procedures could carry labels of posts.
DUTY_HASH = "sha256:c09f02a879ea67aa78b515a5a3065a5e5d09cf58f6a6387fa2f93433adf987d8"


def read(text):
    """Return the only practice of a text, which is to have no findings."""
    loaded = read_text(text)
    assert loaded.findings == ()
    return loaded.practices[0]


def test_a_text_without_labels_of_posts_keeps_its_hash():
    """The canonical text of a procedure that labels no post is what it was before posts could be labelled."""
    (duty,) = read(DUTY).procedures
    assert duty.posts == ()
    assert '"posts"' not in canonical(duty)
    assert digest(duty) == DUTY_HASH


def test_each_procedure_has_the_labels_of_what_it_names_itself():
    """Labels go to the procedures that name the post, sorted by post, and become part of their text."""
    other = "  meeting:\n    ends: {held: decided}\n    steps: {meet: {to: held, by: [party.secretary]}}\n"
    duty, meeting = read(DUTY + other + POSTS).procedures
    assert duty.posts == (("neighbours", Label("邻居")),)
    assert meeting.posts == (("party.secretary", SECRETARY),)
    assert digest(duty) != DUTY_HASH


def test_every_place_that_names_a_post_counts():
    """Takers, those told or reminded, audiences, signers, seats, those who post and who move a case may be labelled."""
    words = ("taker", "told", "audience", "signer", "poster", "readers", "mover", "seat", "reminded")
    labels = ", ".join(f"{word}: 某{number}" for number, word in enumerate(words))
    text = f"""practice: p
title: P
posts: {{{labels}}}
procedures:
  duty:
    facts: {{item: {{type: [accounts], privacy: public}}, witness: {{type: text, privacy: public, zh: 见证人}}}}
    ends: {{done: decided}}
    steps:
      start: {{to: open, by: taker, takes: [item, witness], papers: [record]}}
      finish:
        {{from: open, to: done, by: start, publish: {{kind: announcement, what: [item], to: audience}},
          effects: [{{appoint: seat, person: witness}}, {{remind: reminded}}]}}
    late: {{open: {{after: days(3), then: escalate, to: told}}}}
    papers: {{record: {{form: minutes, shows: [item], signed_by: [signer, witness]}}}}
    discloses: {{accounts: {{by: poster, to: readers}}}}
    transitions: {{earlier: {{before: 2027-01-01, by: mover, cite: {{document: 通知}}}}}}
"""
    (duty,) = read(text).procedures
    assert [post for post, _ in duty.posts] == sorted(words)


def test_a_procedure_that_extends_is_given_all_labels():
    """What it takes over may name any of them, so that none of them is called superfluous."""
    (duty,) = read(f"practice: p\nprocedures: {{duty: {{extends: q.duty}}}}\n{POSTS}").procedures
    assert dict(duty.posts) == {"party.secretary": SECRETARY, "neighbours": Label("邻居")}


def test_a_post_that_a_procedure_may_take_over_is_kept_for_where_it_is_known():
    """Labels of posts that the text itself does not name stand in the practice, each with where it is written."""
    practice = read(f"practice: p\nprocedures: {{duty: {{extends: q.duty}}}}\n{POSTS}")
    assert [(post, origin.line) for post, origin in practice.unsure_posts] == [
        ("party.secretary", 3),
        ("neighbours", 3),
    ]
    assert read(DUTY + POSTS.replace("party.secretary", "duty.officer")).unsure_posts == ()


def test_what_an_amendment_inserts_is_labelled_too():
    """A practice's and a district's amendments carry the labels of the posts that they name."""
    amend = """amend:
  - insert: core.hearing.hearing
    steps: {visit: {from: [announced], to: announced, by: party.secretary}}
    from: 2027-01-01
    cite: {document: 通知}
"""
    posts = "posts: {party.secretary: {zh: 党组织书记, en: party secretary}}\n"
    for head in ("practice: p\n", "district: d\n"):
        loaded = read_text(head + posts + amend)
        assert loaded.findings == ()
        ((inserted,),) = (each.amendments for each in (*loaded.practices, *loaded.districts))
        assert inserted.procedure.posts == (("party.secretary", SECRETARY),)


def test_a_label_that_nothing_names_is_hinted_at_and_harms_nothing():
    """A misspelt post is a warning that says what was meant; the procedures are read as before."""
    loaded = read_text(DUTY + "posts: {duty.oficer: 值班员}\n")
    (found,) = loaded.findings
    assert (found.code, found.level) == ("post-not-named", "warning")
    assert "duty.officer" in found.message.zh
    assert digest(loaded.practices[0].procedures[0]) == DUTY_HASH
    assert loaded.practices[0].broken == ()


def test_of_what_could_not_be_read_nothing_is_said():
    """While a procedure is broken nobody knows which posts it names, so that no label is called superfluous."""
    loaded = read_text(DUTY + "  broken: {steps: {go: {to: 3, by: party.secretary}}}\n" + POSTS)
    assert "post-not-named" not in {found.code for found in loaded.findings}


def test_the_library_s_own_words_and_steps_are_no_posts():
    """A label of a role or of a step is an error, and reaches no procedure."""
    loaded = read_text(
        DUTY.replace("done, by: [duty.officer]", "done, by: [start, proposer]")
        + "posts: {start: 甲, proposer: 乙, system: 丙}\n"
    )
    assert {(found.code, found.level) for found in loaded.findings} == {("not-a-post", "error")}
    assert len(loaded.findings) == 3
    assert loaded.practices[0].procedures[0].posts == ()
