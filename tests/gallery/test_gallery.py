"""The gallery of rulebooks that load and are wrong all the same: each finding of theirs at its line and column.

What the loader itself refuses is in ``tests/rulebook/broken``.
"""

import ast
import datetime as dt
import re
from functools import cache
from pathlib import Path

import pytest

from community_core.jurisdiction import Gathered, gather
from community_core.jurisdiction.loading import from_loaded
from community_core.jurisdiction.unused import analyse
from community_core.practices import plugin as core
from community_core.rulebook import read_file

HERE = Path(__file__).parent
TESTS = HERE.parent
RULES = sorted((HERE / "rules").glob("*.yaml"))
ANALYSIS = sorted((HERE / "analysis").glob("*.yaml"))
DAY = dt.date(2027, 6, 1)


@cache
def offered() -> Gathered:
    """Return the core's own practices: no installed plugin changes what a gallery file is met by."""
    return gather([core], entry_points=False)


def expected(path):
    """Return the findings that the first line of a file names: codes, each with its places."""
    found, code = [], ""
    for word in path.read_text(encoding="utf-8").split("\n")[0].removeprefix("# expected:").split():
        place = re.fullmatch(r"(\d+):(\d+)", word)
        if place:
            found.append((code, int(place[1]), int(place[2])))
        else:
            code = word
    assert found
    return sorted(found)


def met(findings):
    """Return code, line and column of every finding."""
    return sorted((each.code, each.line, each.column) for each in findings)


def of_the_file(findings):
    """Return the findings that are not about the core's own practices, which other tests hold free of any."""
    return [each for each in findings if each.plugin != core.PLUGIN]


def told(rules):
    """Return what is wrong with the rules, and why a term is unavailable where that is no finding of its own."""
    silent = [each for each in dict.fromkeys(rules.engine.broken.values()) if each not in rules.findings]
    return of_the_file([*rules.findings, *silent])


def composed(path):
    """Return the rules of the district in a file, together with the core's practices."""
    return from_loaded(read_file(path, plugin="gallery"), offered(), path.name)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_what_is_wrong_with_rules_is_found_where_it_stands(path):
    """A file's expressions, composition and procedures give exactly its findings, columns counted in characters."""
    assert read_file(path).findings == ()
    findings = told(composed(path))
    assert met(findings) == expected(path)
    for each in findings:
        assert (each.file, each.plugin) == (str(path), "gallery")
        assert each.message.zh
        assert each.message.en


@pytest.mark.parametrize("path", ANALYSIS, ids=lambda path: path.stem)
def test_what_is_to_be_looked_at_is_found_where_it_stands(path):
    """A file whose rules are sound gives exactly the warnings of the analysis that it names."""
    rules = composed(path)
    assert told(rules) == []
    findings = of_the_file(analyse(rules, DAY))
    assert met(findings) == expected(path)
    for each in findings:
        assert (each.file, each.plugin, each.level) == (str(path), "gallery", "warning")


#: The codes that no rulebook's text can show, by the file of tests that shows each.
NO_TEXT = {
    # encodings, folders, the command line
    "cli/test_rules_commands.py": "encoding no-rulebooks",
    "rulebook/test_broken.py": "not-utf8 too-big",
    # what the loader refuses already, and only Python can build
    "procedures/test_check.py": """
        duplicate-field duplicate-step opening-without-state""",
    "rules/test_bind.py": "empty-expression",
    # plugins and their Python
    "jurisdiction/test_plugins.py": """
        hook-failed hook-result hook-unknown hook-unmarked plugin-not-loaded plugin-outdated""",
    "pages/test_letters.py": "template-failed",
    "procedures/test_consequences.py": "effect-failed effect-unknown",
    "rules/test_engine.py": "function-failed function-outcome",
    "instruments/test_workdays.py": "workdays-unknown",
    # cases and their steps
    "office/test_bulk.py": "key-reused unknown-case",
    "office/test_behalf.py": "no-delegation",
    "office/test_transitions.py": "already-under-text no-transition transition-field transition-state transition-step",
    "office/test_correct.py": """
        correction-changes correction-refused no-reason not-correctable nothing-corrected unknown-event""",
    "office/test_ledger.py": "no-entry personal-entry",
    "office/test_needs.py": "needed-case needed-place needed-state",
    "office/test_host.py": "effect-refused missing-function",
    "office/test_papers.py": "no-same-copy no-such-paper",
    "office/test_redrawing.py": "redrawn-rows-changed",
    "office/test_figures.py": "not-their-item",
    "office/test_elections.py": "roll-differs unknown-roll",
    "office/test_rating.py": "no-rating not-among not-rated scale-unknown sheets-differ",
    "office/test_office.py": "no-actor no-place too-many-follow-ups unknown-procedure",
    "procedures/test_vote.py": """
        carrier-absent majority-unknown no-contest not-represented opening-strange options-unfit proxy-and-present
        proxy-limit proxy-limit-unknown proxy-twice proxy-unwritten represented-twice represents-two seats-open
        seats-unknown seen-twice set-aside-differs tie-unresolved""",
    "procedures/test_step.py": """
        ballot-rule-unknown ballot-tied case-ended day-before day-unknown earlier-step guard-false guard-unknown
        missing-field no-ballot no-majority no-votes no-working-days not-entitled period-negative period-too-long
        period-unknown person-twice quorum-not-met quorum-unknown same-person too-early too-late
        too-many-votes undeclared-field unexpected-field unknown-option wrong-day wrong-state""",
    # registers
    "model/test_bodies.py": "wrong-ending",
    "model/test_places.py": "duplicate-place unknown-layer unknown-parent wrong-layer",
    "registers/test_intake.py": """
        days-backwards identity-birth-differs identity-number masked-value missing-cell missing-column open-code-list
        repeated-key unknown-code unknown-reference""",
    "registers/test_agreeing.py": """
        ages-unlikely identity-number-taken member-elsewhere no-name place-in-itself several-heads
        shares-exceed-whole""",
    "registers/test_offices.py": "identity-sex-differs says-gone",
    "registers/test_sheets.py": """
        born-later day-by-spreadsheet ditto-mark headings-again merged-columns note-row sheet-hidden sheet-unread
        spreadsheet-error stroke-for-key""",
    "office/test_appointing.py": "post-without-step",
    "office/test_registering.py": """
        already-registered empty-roll merged-into-itself no-member no-representative no-such-column nobody-left
        not-registered not-within nothing-to-move rows-overlap unknown-action""",
    "store/test_register_reads.py": "register-reads-changed",
    "store/test_register_rows.py": "roll-changed",
    # data files
    "roll/test_beyond_64_bits.py": "number-too-large outcome-too-large",
    "roll/test_files.py": "column-replaced",
    "roll/test_readers.py": """
        ambiguous-heading bad-cell column-type duplicate-heading empty-table formula-without-value heading-line long-row
        more-faults
        no-headings rounded-by-spreadsheet several-sheets short-rows total-row unclosed-quote undecodable-text
        unknown-encoding unknown-heading unreadable-file""",
    # the store
    "store/test_beside.py": "change-missing counter-ahead counter-behind covered-rows-changed",
    "store/test_register_commitments.py": "erased-rows-changed register-values-changed register-values-kept",
    "store/test_checkpoints.py": """
        checkpoint-broken checkpoint-changed checkpoint-missing checkpoint-note-differs checkpoint-short
        covered-case-missing covered-events-missing root-differs root-unknown""",
    "store/test_export.py": """
        event-changed export-cut-off export-format export-line exported-event-differs exported-event-missing""",
    "store/test_following.py": """
        caused-row-changed caused-row-inserted caused-row-missing caused-row-moved boundary-changed""",
    "store/test_outbox.py": "observer-failed outbox-differs",
    "store/test_private.py": """
        erased-value-kept key-missing no-ground not-handling not-private nothing-to-erase private-value-changed
        private-value-inserted private-value-missing recorded-in-clear value-locked""",
    "store/test_record.py": "case-without-events rule-text-missing",
    "store/test_verify.py": """
        case-changed chain-broken event-missing event-without-case rule-text-changed sequence-disordered sequence-gap
        snapshot-differs snapshot-without-case store-damaged""",
    # files of cases, and changed rules
    "testing/test_cases.py": "case-after case-kind case-rules case-step",
    "testing/test_catalogue.py": "row-case row-dead row-silent row-term",
    "testing/test_mutation.py": "case-outcome equivalent-caught equivalent-unknown mutant-survived",
    "testing/test_running.py": """
        case-ask case-day case-findings case-gap case-refused case-reminded case-row case-state case-status
        case-stopped case-value unknown-fact""",
}


def shown_by_a_text():
    """Return the codes that some file of the two galleries expects."""
    files = [*RULES, *ANALYSIS, *(TESTS / "rulebook" / "broken").glob("*.yaml")]
    return {code for path in files for code, _, _ in expected(path)}


def test_every_listed_code_is_shown():
    """Each code of the reference is shown by a broken text, or by tests of what no text can cause; none by neither."""
    page = (TESTS.parent / "docs" / "reference" / "findings.md").read_text("utf-8")
    listed = set(re.findall(r"^`([a-z0-9-]+)`$", page, re.MULTILINE))
    beyond = [code for codes in NO_TEXT.values() for code in codes.split()]
    assert len(beyond) == len(set(beyond))
    assert set(beyond).isdisjoint(shown_by_a_text())
    assert sorted(listed - set(beyond) - shown_by_a_text()) == []
    assert sorted((set(beyond) | shown_by_a_text()) - listed) == []


@pytest.mark.parametrize("name", NO_TEXT)
def test_what_no_text_can_show_is_shown_where_it_is_said_to_be(name):
    """A file of tests that stands for codes holds each of them as a text of its own."""
    tree = ast.parse((TESTS / name).read_text("utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert sorted(set(NO_TEXT[name].split()) - texts) == []
