"""Papers from the command line: listed, printed, issued, checked."""

from __future__ import annotations

import pytest

ID = "talk-2006-000001"


@pytest.fixture
def desk(run, talks):
    """Run ``paper`` commands over a store in which a talk was called."""

    def desk(*args):
        return run("paper", *args, "--store", talks, "--json")

    return desk


def test_papers_are_listed_printed_issued_and_checked(desk, tmp_path):
    """A draft is nobody's paper; what was issued is found by its file, and a changed file is not."""
    page, document = tmp_path / "notice.html", tmp_path / "notice.docx"
    said = desk("print", ID, "notice", "--out", page)
    assert (said.code, said.data["draft"]) == (0, True)
    assert desk("check", ID, page).code == 1
    page.unlink()
    issue = ("issue", ID, "notice", "--actor", "chair-1", "--day", "2006-05-09", "--hash", "sm3", "--lang", "en")
    said = desk(*issue, "--out", page, "--out", document)
    assert said.code == 0, said.err
    assert [file["digest"].partition(":")[0] for file in said.data["files"]] == ["sm3", "sm3"]
    assert "Notice of the talk" in page.read_text("utf-8")
    for file in (page, document):
        assert desk("check", ID, file).data["record"]["day"] == "2006-05-09"
    page.write_text(page.read_text("utf-8") + " ", "utf-8")
    assert desk("check", ID, page).data == {"issued": False, "record": None}
    listed = desk("list", ID).data
    assert [(item["paper"], item["of"], len(item["issued"])) for item in listed] == [("notice", 1, 1), ("people", 1, 0)]


def test_a_refused_issue_leaves_no_file_and_no_record(desk, tmp_path):
    """Nothing is written where the paper is refused, a file that exists is never written over, and endings are two."""
    page = tmp_path / "people.html"
    issue = ("issue", ID, "people", "--day", "2006-05-09", "--actor")
    refused = desk(*issue, "p1", "--out", page)
    assert (refused.code, refused.data["error"]["findings"][0]["code"]) == (1, "not-entitled")
    assert not page.exists()
    page.write_text("mine", "utf-8")
    assert desk(*issue, "chair-1", "--out", page).code == 2
    assert page.read_text("utf-8") == "mine"
    assert desk(*issue, "chair-1", "--out", tmp_path / "people.pdf").code == 2
    assert [item["issued"] for item in desk("list", ID).data] == [[], []]


def test_the_same_key_writes_the_same_copy_again(run, desk, tmp_path):
    """A repeated key writes the same bytes; where it cannot, nothing is written, and the reason is said."""
    paths = [tmp_path / f"{number}.html" for number in range(3)]
    issue = ("issue", ID, "notice", "--actor", "chair-1", "--day", "2006-05-09", "--key", "k")
    first, again = (desk(*issue, "--out", path) for path in paths[:2])
    assert (first.code, again.code) == (0, 0), again.err
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert again.data["event"] == first.data["event"]
    other = desk(*issue, "--out", paths[2], "--lang", "en")
    assert (other.code, other.data["written"], other.data["findings"][0]["code"]) == (1, [], "no-same-copy")
    assert not paths[2].exists()


def test_a_paper_is_issued_in_the_name_of_another(run, desk, tmp_path):
    """With a delegation, ``--behalf`` issues in that person's name, and both are told; without one it is refused."""
    page = tmp_path / "notice.html"
    issue = ("issue", ID, "notice", "--actor", "deputy", "--behalf", "chair-1", "--day", "2006-05-09", "--out", page)
    assert desk(*issue).data["error"]["findings"][0]["code"] == "no-delegation"
    charged = ("deputy", "chair-1", "committee.chair", "wenyi", "--since", "2006-05-09", "--reason", "委托书")
    assert run("case", "delegate", *charged, "--store", tmp_path / "talks.sqlite").code == 0
    said = desk(*issue)
    assert said.code == 0, said.err
    assert (said.data["actor"], said.data["behalf"]) == ("deputy", "chair-1")
