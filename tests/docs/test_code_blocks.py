"""The code in the documentation runs: Python and console blocks of a page in order, rulebooks without findings.

A page's blocks run in one empty folder, its Python blocks in one namespace. What a block may say:

- ``# file: NAME`` as its first line: the block is written to that file, and a Python block is then not run;
- a ``yaml`` block that begins with ``practice:`` or ``district:`` is a rulebook and must load without findings;
- ``$ community-core …`` in a ``console`` block is run in this process, and must succeed, or end as ``# exit N`` says;
  lines shown below it must be among what it prints, up to spacing, except ``...``; other commands are only shown;
- ``<!-- not run: REASON -->`` on the line before a block: it is only shown.
"""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts),
    *sorted((ROOT / "examples").glob("*/README.md")),
    *sorted((ROOT / "plugins").glob("*/README.md")),
]

OPENS = re.compile(r"(?P<fence>`{3,})\s*(?:\{code-block\}\s*)?(?P<language>[a-z]+)\s*\Z")
NOT_RUN = re.compile(r"<!-- not run: \S.* -->\Z")
FILE = re.compile(r"# file: (\S+)\s*\Z")
EXIT = re.compile(r"\s+# exit (\d+)\Z")


@frozen
class Block:
    """One block of code: its language, text, and the line where the text starts."""

    language: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The file that the block is written to, if its first line names one."""
        match = FILE.match(self.text.partition("\n")[0])
        return match[1] if match else None


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page that are to be run, in order."""
    found = []
    lines = page.splitlines()
    at = 0
    while at < len(lines):
        match = OPENS.match(lines[at])
        if match is None:
            at += 1
            continue
        end = lines.index(match["fence"], at + 1)
        start = at + 1
        while start < end and re.match(r":[a-z-]+:", lines[start]):
            start += 1
        shown_only = at > 0 and NOT_RUN.match(lines[at - 1])
        if not shown_only:
            found.append(Block(match["language"], "\n".join(lines[start:end]) + "\n", start + 1))
        at = end + 1
    return found


def written(block: Block, folder: Path) -> None:
    """Write *block* to the file that it names."""
    assert block.file is not None
    path = folder / block.file
    assert path.resolve().is_relative_to(folder.resolve())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, "utf-8")


def check_rulebook(block: Block, page: str) -> None:
    """Load a rulebook and expect no finding."""
    from community_core.rulebook import read_text

    loaded = read_text(block.text, file=page)
    assert [str(item) for item in loaded.findings] == []
    assert loaded.practices or loaded.districts


def run_python(block: Block, namespace: dict[str, object], page: str) -> None:
    """Execute a Python block; a failure points at the page's own line."""
    exec(compile("\n" * (block.line - 1) + block.text, page, "exec"), namespace)  # noqa: S102 - that is the test


def squeezed(text: str) -> str:
    """Return *text* with every run of white space as one space."""
    return " ".join(text.split())


def run_console(block: Block) -> None:
    """Run the library's own commands of a console block, and compare how they end and what they print."""
    shown: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            shown.append((line[2:], []))
        elif shown:
            shown[-1][1].append(line)
    for command, output in shown:
        if not command.startswith("community-core"):
            continue
        expected = int(match[1]) if (match := EXIT.search(command)) else 0
        ended, told = run_command(shlex.split(EXIT.sub("", command))[1:])
        assert ended == expected, f"{command}\n{told}"
        printed = squeezed(told)
        missing = [line for line in output if line.strip() not in {"", "...", "…"} and squeezed(line) not in printed]
        assert missing == [], f"{command}\n{told}"


def run_command(words: list[str]) -> tuple[object, str]:
    """Run a command of the library, and return its exit code and what it printed."""
    from community_core.cli.main import main

    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        patch.setenv("COLUMNS", "200")
        patch.setenv("NO_COLOR", "1")
        with pytest.raises(SystemExit) as ended:
            main(words)
    return ended.value.code, told.getvalue()


def run_page(page: Path, folder: Path) -> int:
    """Run all blocks of a page in *folder*; return how many were run, loaded or written."""
    namespace: dict[str, object] = {"__name__": "__page__"}
    count = 0
    with contextlib.chdir(folder):
        for block in blocks_of(page.read_text("utf-8")):
            begins = next((line for line in block.text.splitlines() if line.strip() and not line.startswith("#")), "")
            rulebook = block.language == "yaml" and re.match(r"(practice|district):", begins)
            if block.file is not None:
                written(block, folder)
            if rulebook:
                check_rulebook(block, page.name)
            elif block.language == "python" and block.file is None:
                run_python(block, namespace, str(page))
            elif block.language == "console":
                run_console(block)
            elif block.file is None:
                continue
            count += 1
    return count


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_code_of_a_page_runs(page, tmp_path):
    """Every block of the page does what the page says it does."""
    run_page(page, tmp_path)


def page_of(folder: Path, *blocks: str) -> Path:
    """Write a page of the given blocks, each of them a language line and a text."""
    page = folder / "page.md"
    page.write_text("\n\n".join(f"```{block}\n```" for block in blocks) + "\n", "utf-8")
    return page


def test_blocks_share_their_page(tmp_path):
    """A later block sees the names and the files of an earlier one."""
    page = page_of(
        tmp_path,
        "yaml\n# file: notes/town.yaml\nname: 示例",
        "python\nfrom pathlib import Path\ntown = Path('notes/town.yaml').read_text('utf-8')",
        "python\nassert '示例' in town",
        "text\nnot code",
    )
    assert run_page(page, tmp_path) == 3


def test_a_python_block_that_fails_points_at_its_line(tmp_path):
    """An error in a block is the test's error, at the line of the page."""
    page = page_of(tmp_path, "python\nx = 1", "python\nassert x == 2")
    with pytest.raises(AssertionError) as caught:
        run_page(page, tmp_path)
    frame = caught.traceback[-1]
    assert (str(frame.path), frame.lineno + 1) == (str(page), 6)


def test_a_block_only_shown_is_not_run(tmp_path):
    """A block after a reason why it is not run is left out; a comment without a reason leaves nothing out."""
    page = tmp_path / "page.md"
    page.write_text("<!-- not run: needs a cluster -->\n```python\n1 / 0\n```\n", "utf-8")
    assert run_page(page, tmp_path) == 0
    page.write_text("<!-- not run: -->\n```python\n1 / 0\n```\n", "utf-8")
    with pytest.raises(ZeroDivisionError):
        run_page(page, tmp_path)


def test_a_block_stays_in_its_folder(tmp_path):
    """A block that names a file outside the page's folder is refused."""
    with pytest.raises(AssertionError):
        run_page(page_of(tmp_path, "yaml\n# file: ../x.yaml\na: 1"), tmp_path)


def test_a_rulebook_with_a_fault_is_seen(tmp_path):
    """A rulebook block with an unknown key fails its page."""
    page = page_of(tmp_path, "yaml\npractice: demo.page\nno_such_key: 1")
    with pytest.raises(AssertionError, match="no_such_key"):
        run_page(page, tmp_path)


def test_a_command_that_ends_otherwise_is_seen(tmp_path):
    """A command that fails where the page shows success, or prints something else, fails its page."""
    with pytest.raises(AssertionError, match="no-such-command"):
        run_page(page_of(tmp_path, "console\n$ community-core no-such-command"), tmp_path)
    with pytest.raises(AssertionError, match="never printed"):
        run_page(page_of(tmp_path, "console\n$ community-core --help\nthis is never printed"), tmp_path)
    assert (
        run_page(page_of(tmp_path, "console\n$ community-core no-such-command  # exit 2\n$ ls /nowhere"), tmp_path) == 1
    )
