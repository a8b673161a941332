"""Papers: printed from the record, issued as events, found again by their hash, sealed through a port."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import io
import zipfile
from pathlib import Path

import docx
import pytest
from attrs import frozen
from docx.oxml.ns import qn

from community_core.base.digests import Digest, DigestError, digest_of
from community_core.base.errors import LoadError, Refused, StoreError
from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.jurisdiction.loading import load
from community_core.office.office import open_office

HERE = Path(__file__).parent
DAY = dt.date(2006, 5, 8)


@frozen
class Seal:
    """A seal for tests: a keyed hash stands for a signature."""

    key: str = "seal-1"
    algorithm: str = "hmac-sha256"

    def sign(self, text):
        """Return the signature over *text*."""
        return hmac.new(b"secret", text, hashlib.sha256).digest()

    def verify(self, key, algorithm, text, signature):
        """Whether *signature* is this seal's over *text*."""
        return (key, algorithm) == (self.key, self.algorithm) and hmac.compare_digest(self.sign(text), signature)


@pytest.fixture
def office(tmp_path):
    """An office of the talk in the middle, with somebody who may issue its papers and somebody who may not."""
    with open_office(load(HERE / "talk.yaml"), tmp_path / "talks.sqlite") as office:
        office.register_place("wenyi", layer="community", zh="文艺社区", en="Wenyi")
        for person in ("chair-1", "chair-2"):
            office.appoint(person, "committee.chair", "wenyi", dt.date(2006, 1, 1))
        talk = {"title": "车棚", "options": ["修", "拆"], "present": ["p1", "p2", "p3"]}
        talk |= {"host": "某甲国", "illness": "腿伤"}
        office.open("talk", talk, actor="chair-1", day=DAY, place="wenyi", case_id="talk-1")
        for person, said in (("p1", "修好能用"), ("p2", "太旧<b>")):
            office.take("talk-1", "speak", {"statement": said}, actor=person, day=DAY)
        votes = {"reasons": "多数要修", "votes": ["修", "修", "拆"]}
        office.take("talk-1", "close", votes, actor="chair-1", day=DAY)
        yield office


def events(office):
    """Return the events of the talk."""
    return [item.event for item in office.store.events("talk-1")]


def test_minutes_hold_every_statement_and_the_count(office):
    """Minutes write down each event of the steps they list, escaped, with the counted ballot as a table."""
    page = office.papers().draft("talk-1", "minutes").decode()
    assert page.index("修好能用") < page.index("太旧&lt;b&gt;")
    assert "p1（任何人）" in page
    assert '<th scope="row">修</th><td class="number">2</td>' in page
    assert "p1、p2、p3（签名）" in page
    assert "居委会主任（签名）" in page
    assert "样稿，未出具" in page
    assert "会议情况记录如下。" in page


def test_what_everybody_reads_holds_nothing_that_is_not_public(office):
    """A count is for everybody: those present do not stand in it."""
    page = office.papers().draft("talk-1", "count").decode()
    assert "p1" not in page
    assert "车棚" in page


def test_names_are_masked_for_everybody_and_sensitive_values_covered_on_drafts(office):
    """A notice masks a personal name; a sensitive value stands on an issued copy only, whose issue is recorded."""
    desk = office.papers()
    assert "某*国" in desk.draft("talk-1", "notice").decode()
    assert "腿伤" not in desk.draft("talk-1", "people").decode()
    handed = desk.issue("talk-1", "people", actor="chair-1", day=DAY)
    assert "腿伤" in handed.files["html"].decode()


def test_english_papers_and_names_for_ids(office):
    """In English the labels are English, and a person's id is printed as the name that the host gives."""
    desk = office.papers(lang="en", named={"p1": "Resident One"}.get)
    page = desk.draft("talk-1", "people").decode()
    assert "Resident One" in page
    assert "Signature" in page
    assert "p2" in page


def test_a_paper_is_about_the_event_that_yields_it(office):
    """The notice tells the case as it stood when it was called, not what came of it."""
    page = office.papers().draft("talk-1", "notice").decode()
    assert "talk-1/1" in page
    assert "多数要修" not in page
    assert [(item.name, item.of, done) for item, done in office.papers().of("talk-1")] == [
        ("notice", 1, ()),
        ("people", 1, ()),
        ("minutes", 4, ()),
        ("count", 4, ()),
    ]


def test_docx_says_the_same(office):
    """The .docx has the title, every statement, the count and the lines to sign on."""
    document = docx.Document(io.BytesIO(office.papers().draft("talk-1", "minutes", "docx")))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join(item.text for item in document.paragraphs)
    assert "会议记录" in text
    assert "太旧<b>" in cells
    assert cells[cells.index("选项") + 2 :][:4] == ["修", "2", "拆", "1"]
    assert "居委会主任（签名）" in text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["notice", "people", "minutes", "count"])
def test_every_table_has_a_caption(office, name, lang):
    """Each table of a page and of a document says what it is, and headings of columns are marked as such."""
    desk = office.papers(lang=lang)
    page = desk.draft("talk-1", name).decode()
    assert page.count("<table>") == page.count("<table>\n<caption>") > 0
    assert "<caption></caption>" not in page
    document = docx.Document(io.BytesIO(desk.draft("talk-1", name, "docx")))
    assert document.tables
    for table in document.tables:
        (caption,) = table._tbl.tblPr.findall(qn("w:tblCaption"))
        assert caption.get(qn("w:val"))
        assert table._tbl.tblPr[-1] is caption
    headed = [table for table in document.tables if table._tbl.findall(".//" + qn("w:tblHeader"))]
    assert len(headed) == {"people": 1, "minutes": 1, "count": 1}.get(name, 0)


def test_a_text_of_several_lines_is_printed_in_lines_whatever_program_it_came_from(office):
    """Line ends of other programs are line ends, what cannot be shown is a lost sign, and both forms can be made."""
    said = "第一段\r\n第二段\x0b第三段\u2028第四段\x01"
    talk = {"title": said, "options": ["修", "拆"], "present": ["p1"], "host": "某\x0b甲"}
    office.open("talk", talk, actor="chair-1", day=DAY, place="wenyi", case_id="talk-2")
    desk = office.papers()
    lines = "第一段\n第二段\n第三段\n第四段\ufffd"
    page = desk.draft("talk-2", "notice").decode()
    assert f"<td>{lines}</td>" in page
    assert "td, dd, .text { white-space: pre-line; }" in page
    document = docx.Document(io.BytesIO(desk.draft("talk-2", "notice", "docx")))
    assert document.tables[0].cell(0, 1).text == lines


def test_a_paper_is_issued_in_some_form(office):
    """Without a form nothing is issued; a folder of templates that is not there is named, in both forms."""
    before = events(office)
    with pytest.raises(ValueError, match="at least one form"):
        office.papers().issue("talk-1", "notice", actor="chair-1", day=DAY, forms=())
    assert events(office) == before
    for form in ("html", "docx"):
        with pytest.raises(LoadError, match="no such folder"):
            office.papers(templates="no-folder").draft("talk-1", "notice", form)


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_an_issued_paper_is_bound_to_its_event_by_its_hash(office, algorithm):
    """The event keeps the digest of each file with its algorithm's name; a changed file is none of those issued."""
    before = office.case("talk-1")
    desk = office.papers()
    handed = desk.issue("talk-1", "minutes", actor="chair-2", day=DAY, forms=("html", "docx"), algorithm=algorithm)
    last = events(office)[-1]
    assert (last.step, last.actor, last.post, last.state) == ("paper", "chair-2", "committee.chair", "done")
    assert [row[:3] for row in dict(last.data)["files"]] == [
        (form, algorithm, digest_of(data, algorithm).value) for form, data in handed.files.items()
    ]
    for form, data in handed.files.items():
        found = desk.check("talk-1", data)
        assert (found.record, found.form, found.sealed) == (handed.record, form, None)
        assert desk.check("talk-1", data[:-1]) is None
    now = office.case("talk-1")
    assert (now.data, now.state, now.ended) == (before.data, before.state, before.ended)
    assert list(office.verify()) == []
    assert zipfile.is_zipfile(io.BytesIO(handed.files["docx"]))


def test_each_copy_has_a_code_of_its_own(office):
    """Two copies issued of one paper differ, so that nobody can guess a paper's content from its hash."""
    desk = office.papers()
    first, second = (desk.issue("talk-1", "count", actor="chair-1", day=DAY) for _ in range(2))
    assert first.files["html"] != second.files["html"]
    assert b"\xe6\xa0\xb7\xe7\xa8\xbf" not in first.files["html"]
    assert [len(done) for item, done in desk.of("talk-1") if item.name == "count"] == [2]


def test_a_seal_is_kept_and_checked(office):
    """A sealed file carries the key's and the algorithm's names; the seal holds for that file, issuer and day only."""
    desk, seal = office.papers(), Seal()
    handed = desk.issue("talk-1", "count", actor="chair-1", day=DAY, signer=seal)
    signature = handed.record.files[0].signature
    assert (signature.key, signature.algorithm) == ("seal-1", "hmac-sha256")
    assert desk.check("talk-1", handed.files["html"], verifier=seal).sealed is True
    assert desk.check("talk-1", handed.files["html"], verifier=Seal(key="another")).sealed is False


def test_nobody_issues_a_paper_without_the_post(office):
    """Who may not take the step may not issue its papers, and nothing is recorded."""
    count = len(events(office))
    with pytest.raises(Refused) as caught:
        office.papers().issue("talk-1", "minutes", actor="p1", day=DAY)
    assert [item.code for item in caught.value.findings] == ["not-entitled"]
    with pytest.raises(Refused) as caught:
        office.papers().issue("talk-1", "minutes", actor="chair-1", day=DAY - dt.timedelta(days=1))
    assert [item.code for item in caught.value.findings] == ["day-before"]
    assert len(events(office)) == count


def test_what_no_event_yields_is_named(office):
    """A paper that the case does not yield is refused, with those that it does."""
    for of, name in ((None, "receipt"), (2, "minutes")):
        with pytest.raises(Refused) as caught:
            office.papers().draft("talk-1", name, of=of)
        (found,) = caught.value.findings
        assert found.code == "no-such-paper"
        assert "minutes（4）" in found.message.zh


def test_a_repeated_key_gives_the_same_copy_again(office):
    """The same key gives the record and the copy of the first time, byte for byte; for another paper it is refused."""
    desk = office.papers()
    forms = ("html", "docx")
    first = desk.issue("talk-1", "count", actor="chair-1", day=DAY, key="k1", forms=forms)
    office.correct("talk-1", 1, {"title": "自行车棚"}, actor="chair-1", day=DAY, why="漏字")
    count = len(events(office))
    again = desk.issue("talk-1", "count", actor="chair-1", day=DAY, key="k1", forms=forms)
    assert (again.record, again.files, again.why) == (first.record, first.files, None)
    assert set(desk.issue("talk-1", "count", actor="chair-1", day=DAY, key="k1").files) == {"html"}
    assert len(events(office)) == count
    for more in ({"of": 1}, {"behalf": "chair-2"}):
        with pytest.raises(Refused):
            desk.issue("talk-1", "count", actor="chair-1", day=DAY, key="k1", **more)
    with pytest.raises(Refused) as caught:
        desk.issue("talk-1", "minutes", actor="chair-1", day=DAY, key="k1")
    assert [item.code for item in caught.value.findings] == ["key-reused"]


def test_where_the_same_copy_cannot_be_made_again_it_says_why(office):
    """Printed otherwise now, in a form that was not issued, or with what was erased since, there is no such copy."""
    desk = office.papers()
    first = desk.issue("talk-1", "minutes", actor="chair-1", day=DAY, key="k1")
    assert dict(events(office)[-1].private) == {"code": Privacy.PERSONAL}
    asked = {"actor": "chair-1", "day": DAY, "key": "k1"}
    english = office.papers(lang="en")
    for other, forms, lacking in ((english, ("html",), "html"), (desk, ("html", "docx"), "docx")):
        again = other.issue("talk-1", "minutes", forms=forms, **asked)
        assert (again.record, again.why.code, dict(again.why.data)["forms"]) == (first.record, "no-same-copy", lacking)
        assert "html" not in again.files or again.files["html"] == first.files["html"]
    exported = "".join(office.store.export())
    (code,) = [value for name, value in events(office)[-1].data if name == "code"]
    assert code in first.files["html"].decode()
    assert code not in exported
    office.erase("talk-1", actor="chair-1", day=DAY, why="申请", ground="本人申请", fields=["host"])
    again = desk.issue("talk-1", "minutes", **asked)
    assert (again.record, again.files, again.why.code) == (first.record, {}, "no-same-copy")
    assert code not in str(events(office))
    assert list(office.verify()) == []


def test_without_a_key_no_code_is_kept(office):
    """A copy without a key cannot be made again, and its event is as it always was."""
    office.papers().issue("talk-1", "minutes", actor="chair-1", day=DAY)
    event = events(office)[-1]
    assert [name for name, _ in event.data] == ["paper", "of", "files"]
    assert event.private == ()


def test_a_paper_is_issued_in_the_name_of_another(office):
    """A deputy issues under the post of another as a delegation lets him; both are recorded, the seal binds both."""
    desk = office.papers()
    asked = {"actor": "deputy", "behalf": "chair-2", "day": DAY}
    with pytest.raises(Refused) as caught:
        desk.issue("talk-1", "minutes", **asked)
    assert [item.code for item in caught.value.findings] == ["no-delegation"]
    office.delegate("deputy", "chair-2", "committee.chair", "wenyi", DAY, reason="委托书")
    handed = desk.issue("talk-1", "minutes", signer=Seal(), key="k", **asked)
    event = events(office)[-1]
    assert (event.actor, event.behalf, event.post) == ("deputy", "chair-2", "committee.chair")
    assert (handed.record.actor, handed.record.behalf) == ("deputy", "chair-2")
    assert desk.issue("talk-1", "minutes", signer=Seal(), key="k", **asked).files == handed.files
    assert desk.check("talk-1", handed.files["html"], verifier=Seal()).sealed is True
    with pytest.raises(Refused) as caught:
        desk.issue("talk-1", "minutes", actor="deputy", day=DAY, key="k")
    assert [item.code for item in caught.value.findings] == ["key-reused"]
    assert list(office.verify()) == []


def test_a_correction_reaches_papers_printed_after_it(office):
    """A paper printed after a correction says what is right, and the copy issued before is still found."""
    desk = office.papers()
    old = desk.issue("talk-1", "notice", actor="chair-1", day=DAY)
    office.correct("talk-1", 1, {"title": "自行车棚"}, actor="chair-1", day=DAY, why="漏字")
    assert "自行车棚" in desk.draft("talk-1", "notice").decode()
    assert desk.check("talk-1", old.files["html"]).record == old.record


def test_a_district_replaces_templates(office, tmp_path):
    """A template of the district's own stands for one paper, extends the library's, and is named where it fails."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "paper.notice.html").write_text(
        '{% extends "core/paper.html" %}{% block text %}<p>本区样式</p>{% endblock %}', "utf-8"
    )
    desk = office.papers(templates=folder)
    assert "本区样式" in desk.draft("talk-1", "notice").decode()
    assert "本区样式" not in desk.draft("talk-1", "count").decode()
    (folder / "paper.count.html").write_text("\n{{ paper.nothing }}", "utf-8")
    with pytest.raises(LoadError) as caught:
        desk.draft("talk-1", "count")
    (found,) = caught.value.findings
    assert (found.code, found.line) == ("template-failed", 2)
    document = docx.Document()
    document.add_paragraph("{{ paper.title }}：{{ paper.case }}")
    document.save(str(folder / "paper.docx"))
    made = docx.Document(io.BytesIO(desk.draft("talk-1", "notice", "docx")))
    assert [item.text for item in made.paragraphs] == ["会议通知：talk-1"]


def test_a_document_does_not_say_when_it_was_written(office):
    """The moment of writing stands in no part of a ``.docx``, so that the same paper has the same bytes."""
    made = office.papers().draft("talk-1", "notice", "docx")
    parts = zipfile.ZipFile(io.BytesIO(made)).infolist()
    assert {part.date_time for part in parts} == {(1980, 1, 1, 0, 0, 0)}
    assert len(docx.Document(io.BytesIO(made)).paragraphs) > 1


def test_digests_name_their_algorithm():
    """SM3 gives the standard's own example, and an unknown algorithm is refused with those that there are."""
    assert digest_of(b"abc", "sm3").value == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert str(digest_of(b"abc")) == "sha256:" + hashlib.sha256(b"abc").hexdigest()
    with pytest.raises(DigestError, match="md5"):
        Digest("md5", "").fits(b"abc")


def test_observers_that_cannot_be_told_now_are_told_later(tmp_path, monkeypatch, caplog):
    """What was committed is not refused because telling of it fails: the event waits in the outbox for later."""
    seen = []
    with open_office(load(HERE / "talk.yaml"), tmp_path / "talks.sqlite", observers=[seen.append]) as office:
        office.register_place("wenyi", layer="community")
        office.appoint("chair-1", "committee.chair", "wenyi", dt.date(2006, 1, 1))
        talk = {"title": "车棚", "options": ["修", "拆"], "present": ["p1"]}
        with monkeypatch.context() as patch:
            patch.setattr(type(office.store), "deliver", broken)
            opened = office.open("talk", talk, actor="chair-1", day=DAY, place="wenyi", key="k1")
            assert office.case(opened.id).state == "called"
        assert "could not be told" in caplog.text
        assert seen == []
        office.take(opened, "speak", {"statement": "好"}, actor="p1", day=DAY)
        assert [event.step for event in seen] == ["call", "speak"]


def broken(*_):
    """Fail as a lost connection does."""
    raise StoreError(Label("连接中断", "the connection was lost"))
