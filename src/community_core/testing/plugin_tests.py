"""The tests that every plugin wants, as a class to inherit; what is particular to a plugin stands beside them.

A plugin's test module names its module, its folder and what its document holds, and pytest runs what is inherited::

    class TestMyTown(PluginTests):
        plugin = plugin
        folder = Path(__file__).parents[1]
        districts = ("my-town",)
        mutants = 80

Each attribute is a claim that is held against what the plugin offers, so that nothing which a plugin lost, or has and
does not say, passes unseen. Only where the claim is that there is none, a test that needs one is skipped and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, NoReturn

import pytest

from community_core.declarations.catalogue import CatalogueRow, RowClass
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.plugins import Gathered, gather
from community_core.testing.cases import case_files, read_cases
from community_core.testing.catalogue import check_catalogues, dead_rows
from community_core.testing.covering import not_covered
from community_core.testing.grounds import grounds_of
from community_core.testing.mutation import mutate
from community_core.testing.offers import Offer, offer_of
from community_core.testing.proposals import adopting, in_force, not_held

#: How many changed rules one test tries: enough to be worth putting the rules together, few enough to be shared out.
_A_SHARE = 250
#: A full name in backticks, and not the name of a file.
_IN_BACKTICKS = re.compile(r"`(?![^`]*\.(?:yaml|yml|py|md)`)([a-z0-9-]+(?:\.[a-z0-9_-]+)+)`")
#: Why a test does not apply, in Chinese and in English.
_NO_PRACTICE = ("插件没有做法", "the plugin offers no practice")
_NO_PROPOSAL = ("插件没有只是建议的内容", "nothing of the plugin is only proposed")
_NO_CATALOGUE = ("插件没有目录", "the plugin offers no catalogue")


class PluginTests:
    """Tests of one plugin, to be inherited by a class whose name begins with ``Test``.

    Attributes:
        plugin: the module with the hooks, or an object with them; required.
        folder: the folder of the plugin's project, with ``cases/``, ``tests/`` and ``README.md``; required. It is
            best named from the test's own file, so that the tests run where only what is installed is near.
        districts: the names of the districts that the plugin offers.
        unadopted: practices that could apply and that none of these districts adopts.
        proposals: what is only proposed, planned, aimed at or told as failed: the practices that are so as a whole,
            and single terms of the others in full.
        beside: practices that a district needs beside the proposals to take them over.
        rows: the ids of all rows of the plugin's catalogues, in their order; none where it offers no catalogue.
        document: the file that each row cites lines of, such as ``001_75147285bf45155a.txt``; where it is empty, a
            row cites an article, a heading or lines of any document.
        mutants: the least number of rules that are changed, one at a time, to see whether a case notices. Write what
            ``community-core test cases --mutate`` counts, rounded down.
        bilingual: whether each label has English beside the Chinese.
    """

    plugin: ClassVar[object] = None
    folder: ClassVar[Path | None] = None
    districts: ClassVar[tuple[str, ...]] = ()
    unadopted: ClassVar[tuple[str, ...]] = ()
    proposals: ClassVar[tuple[str, ...]] = ()
    beside: ClassVar[tuple[str, ...]] = ()
    rows: ClassVar[tuple[str, ...]] = ()
    document: ClassVar[str] = ""
    mutants: ClassVar[int] = 1
    bilingual: ClassVar[bool] = True

    # -- what the tests stand on -----------------------------------------------------------------------------------

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """Take each proposal over alone and then all, and share the changed rules out among tests of like length."""
        if "taken" in metafunc.fixturenames:
            each = [(name,) for name in cls.proposals]
            wanted = [*each, cls.proposals] if len(each) != 1 else each
            metafunc.parametrize("taken", wanted, ids=[*cls.proposals, "together" if each else "none"][: len(wanted)])
        if "share" in metafunc.fixturenames:
            count = max(1, -(-cls.mutants // _A_SHARE))
            shares = [(number, count) for number in range(1, count + 1)]
            metafunc.parametrize("share", shares, ids=lambda share: f"{share[0]}-of-{share[1]}")

    @pytest.fixture(scope="class")
    @classmethod
    def gathered(cls) -> Gathered:
        """What all plugins offer; a class whose plugin is not installed gives ``gather([plugin])`` instead."""
        return gather()

    @pytest.fixture(scope="class")
    @classmethod
    def offer(cls) -> Offer:
        """What the plugin offers by itself."""
        if cls.plugin is None:
            _fail(
                "没有写 plugin：请写出带钩子的模块",
                "there is no `plugin`: name the module with the hooks",
                [cls.__name__],
            )
        return offer_of(cls.plugin)

    @pytest.fixture(scope="class")
    @classmethod
    def project(cls) -> Path:
        """The folder of the plugin's project."""
        if cls.folder is None or not cls.folder.is_dir():
            _fail(
                "folder 不是文件夹：请写出插件项目的文件夹，例如 Path(__file__).parents[1]",
                "`folder` is no folder: name the plugin's project, such as Path(__file__).parents[1]",
                [f"{cls.__name__}.folder: {cls.folder}"],
            )
        return cls.folder

    # -- what it offers --------------------------------------------------------------------------------------------

    def test_the_plugin_is_installed(self, offer: Offer, gathered: Gathered) -> None:
        """All practices and districts that the plugin's hooks return are found where plugins are looked for."""
        if not (offer.practices or offer.districts or offer.catalogues):
            _fail(
                "插件没有做法、区县和目录；请检查 plugin 所写的模块，钩子要有 @hookimpl",
                "the plugin offers no practice, district or catalogue; check the module that `plugin` names",
                [repr(self.plugin)],
            )
        there = {item.name for item in gathered.practices} | {item.name for item in gathered.districts}
        named = [*offer.names, *(district.name for district in offer.districts)]
        lost = [name for name in named if name not in there]
        _none(
            [*lost, *(gathered.findings if lost else ())],
            "安装之后找不到这些做法和区县；请安装插件（python -m pip install -e .），检查入口点和重名",
            "these practices and districts are not found where plugins are looked for; install the plugin "
            "(python -m pip install -e .), and check its entry point and whether another one has the name",
        )

    def test_the_rulebooks_are_read_without_findings(self, offer: Offer) -> None:
        """Nothing is wrong with the text of any practice, district or catalogue."""
        _none(
            offer.findings,
            "规则文本有问题项，请照它所说改正",
            "something is wrong with the rulebooks; correct what each finding says",
        )

    def test_the_districts_are_those_that_are_named(self, offer: Offer) -> None:
        """The plugin offers the districts that the test names, and no other."""
        self._same("districts", [district.name for district in offer.districts], self.districts)

    def test_the_district_composes_without_findings(self, offer: Offer, gathered: Gathered) -> None:
        """Each district is put together and sound, and so is a town that adopts every practice of the plugin."""
        composed = [compose(district, gathered) for district in (*offer.districts, adopting(offer.names))]
        _none(
            [f"{rules.name}: {found}" for rules in composed for found in rules.findings],
            "装配区县时有问题项，请照它所说改正",
            "something is wrong with a district that is put together; correct what each finding says",
        )

    def test_the_districts_adopt_every_practice_that_applies(self, offer: Offer) -> None:
        """What is not only proposed is adopted by one of the districts, but for what the test names."""
        self._only_if(offer.districts, "插件没有区县", "the plugin offers no district")
        adopted = {name for district in offer.districts for name in district.adopts}
        applying = [item for item in offer.practices if item.rank is None and item.standing.applies]
        self._same("unadopted", [item.name for item in applying if item.name not in adopted], self.unadopted)

    # -- what is only proposed -------------------------------------------------------------------------------------

    def test_what_is_only_proposed_is_named(self, offer: Offer) -> None:
        """The practices and terms that the document only proposes are those that the test names."""
        self._same("proposals", offer.proposals, sorted(self.proposals))

    def test_nothing_that_is_only_proposed_is_in_force(self, offer: Offer, gathered: Gathered) -> None:
        """No proposal decides, can be opened or has a value, unless a district of the plugin names it in full."""
        everywhere = (*offer.districts, adopting(offer.names))
        _none(
            [
                f"{district.name}: {name}"
                for district in everywhere
                for name in in_force(offer, compose(district, gathered))
                if name not in district.adopts
            ],
            "材料只是建议的条款项不得生效；请检查 standing，区县要采用就在 adopts 里写出全名",
            "what is only proposed must not be in force; check its standing, and let a district that wants it name it "
            "in full under adopts",
        )

    def test_a_proposal_that_is_adopted_as_a_whole_is_not_in_force(
        self, offer: Offer, gathered: Gathered, taken: tuple[str, ...]
    ) -> None:
        """A town that adopts the practice of a proposal, and names none of its terms, is sound and has none of it."""
        self._only_if(taken, *_NO_PROPOSAL)
        practices = [name if name in offer.names else name.rpartition(".")[0] for name in taken]
        rules = compose(adopting((*self.beside, *practices)), gathered)
        _none(
            [*rules.findings, *in_force(offer, rules)],
            "只采用做法而不写条款项，不应当有问题项，建议不得生效（需要同时采用的做法写在 beside）",
            "who adopts a practice and names no term should have no finding, and nothing proposed in force (practices "
            "that it needs besides are named as `beside`)",
        )

    def test_a_proposal_holds_where_its_terms_are_named(
        self, offer: Offer, gathered: Gathered, taken: tuple[str, ...]
    ) -> None:
        """A town that names each term of a proposal, or of all, is sound and has them; what failed stays out."""
        self._only_if(taken, *_NO_PROPOSAL)
        _none(
            not_held(offer, gathered, taken, self.beside),
            "区县在 adopts 里写出建议的全部条款项，应当都在而没有问题项（需要同时采用的做法写在 beside）",
            "a district that names all terms of a proposal under adopts should have them, without findings (practices "
            "that it needs besides are named as `beside`)",
        )

    # -- what its cases try ----------------------------------------------------------------------------------------

    def test_every_row_and_end_has_a_case(self, offer: Offer, gathered: Gathered, project: Path) -> None:
        """The cases reach each row of each decision, each unknown, each end of each procedure, and a refusal."""
        self._only_if(offer.names, *_NO_PRACTICE)
        grounds, found = grounds_of(project / "cases", gathered)
        untouched = [name for name in offer.names if not any(ground.includes(name) for ground in grounds)]
        _none(
            [*found, *untouched, *not_covered(project / "cases", offer.names, gathered=gathered)],
            "这些内容没有例子；请在 cases/*.yaml 里各写一个，例子的区县要采用有关的做法",
            "no case tries these; write one for each in cases/*.yaml, under a district that adopts the practice",
        )

    def test_every_changed_rule_is_caught_by_a_case(
        self, offer: Offer, gathered: Gathered, project: Path, share: tuple[int, int]
    ) -> None:
        """Whatever rule is changed, a case notices, or the list beside the cases says why it alters no answer."""
        self._only_if(offer.names, *_NO_PRACTICE)
        done = mutate(project / "cases", offer.names, share=share, gathered=gathered)
        _none(
            done.findings,
            "规则改成这样没有例子发现，或者等价清单不符；请补例子，或者在 cases/equivalent.yaml 写明为什么答案不变",
            "no case sees these changes, or the list of equivalent ones is out of date; write a case, or say in "
            "cases/equivalent.yaml why no answer changes",
        )
        if done.possible < self.mutants or not done.tried:
            _fail(
                f"只能改动 {done.possible} 处规则，少于 mutants 所写的 {self.mutants}；是否少了规则？",
                f"there are {done.possible} rules to change, and `mutants` says {self.mutants}; were rules lost?",
                [f"share {share[0]} of {share[1]}: {len(done.tried)}"],
            )

    # -- its document ----------------------------------------------------------------------------------------------

    def test_every_row_of_the_document_is_in_the_catalogue(self, offer: Offer) -> None:
        """The catalogue has all rows that the test names, in order, each with its name and the place that it cites."""
        self._same("rows", [row.name for row in offer.rows], self.rows)
        self._only_if(self.rows, *_NO_CATALOGUE)
        _none(
            [f"{row.name}: {row.label} ({row.cite})" for row in offer.rows if not self._told(row)],
            f"目录的这些行没有写明名称（中英文），或者没有写明出处（{self.document or '条、标题或行'}）",
            f"these rows of the catalogue lack their name in both languages, or their place ({self.document or 'any'})",
        )

    def _told(self, row: CatalogueRow) -> bool:
        cite = row.cite
        if cite is None or not row.label.zh or (self.bilingual and not row.label.en):
            return False
        if self.document:
            return cite.lines.startswith(f"{self.document} L")
        return bool(cite.document and (cite.article or cite.heading or cite.lines))

    def test_what_the_catalogue_names_is_there(self, offer: Offer, gathered: Gathered, project: Path) -> None:
        """Each term, case and test that a row names exists; every row that claims something is shown by a case."""
        self._only_if(self.rows, *_NO_CATALOGUE)
        checked = check_catalogues(offer.catalogues, gathered, project)
        _none(
            [found for row in checked for found in row.findings],
            "目录写到的条款项、例子或测试不在；请照问题项改正",
            "a term, case or test that the catalogue names is not there; correct what each finding says",
        )
        files = [read_cases(path) for path in case_files(project / "cases")]
        shown = {name for file in files for group in file.groups for case in group.cases for name in case.shows}
        claimed = {row.name for row in offer.rows if row.row_class is not RowClass.REFERENCE}
        _none(
            [
                *(f"没有例子 / no case: {name}" for name in sorted(claimed - shown)),
                *(f"不作主张 / claims nothing: {name}" for name in sorted(shown - claimed)),
            ],
            "例子的 shows 应当正好写到目录里有主张的各行（reference 除外）",
            "the cases should show exactly the rows that claim something, those of class reference left out",
        )

    def test_every_row_that_claims_something_fails_when_it_is_broken(
        self, offer: Offer, gathered: Gathered, project: Path
    ) -> None:
        """For each term that a row names one of its cases fails when the term is broken, each case for one of them."""
        self._only_if(self.rows, *_NO_CATALOGUE)
        _none(
            [found for each in offer.catalogues for found in dead_rows(each, gathered, project)],
            "条款项坏了而例子照样通过：这些行没有得到证明；请改目录所写的条款项或例子",
            "a term was broken and the cases of its row still pass, so the row is not shown; name another term or case",
        )

    # -- what readers see ------------------------------------------------------------------------------------------

    def test_the_readme_names_every_practice(self, offer: Offer, project: Path) -> None:
        """The README names each practice in backticks, and no practice or term of the plugin that there is not."""
        self._only_if(offer.names, *_NO_PRACTICE)
        readme = project / "README.md"
        text = readme.read_text("utf-8") if readme.is_file() else ""
        known = {*offer.names, *offer.terms, *offer.others}
        spaces = {name.partition(".")[0] for name in offer.names}
        written = {name for name in _IN_BACKTICKS.findall(text) if name.partition(".")[0] in spaces}
        _none(
            [
                *(f"没有写到 / is not named: {name}" for name in offer.names if name not in written),
                *(f"没有这个名称 / there is none: {name}" for name in sorted(written - known)),
            ],
            "README.md 应当用反引号写到每个做法，写到的做法和条款项都要存在",
            "README.md should name each practice in backticks, and only practices and terms that there are",
        )

    def test_every_label_is_in_both_languages(self, offer: Offer) -> None:
        """Every title, name, reason and gap has English beside the Chinese, unless the test says that some lack it."""
        labels = [label for label in offer.labels() if label]
        alone = [label.zh for label in labels if not label.en]
        if self.bilingual and labels:
            _none(alone, "这些文字没有英文；请补上 en", "these texts lack their English; add it as en")
        elif not alone:
            _fail(
                "没有只写中文的文字；bilingual = False 是多余的，或者插件没有文字",
                "no text is in Chinese alone: `bilingual = False` says too little, or the plugin has no text",
                [f"{len(labels)}"],
            )

    # -- how they speak --------------------------------------------------------------------------------------------

    def _same(self, name: str, offered: Iterable[str], claimed: Iterable[str]) -> None:
        """Fail where what is offered is not what the class claims under *name*."""
        there, said = tuple(offered), tuple(claimed)
        if there == said:
            return
        _fail(
            f"{type(self).__name__}.{name} 与插件提供的不一致；请改测试所写的，或者改插件",
            f"{type(self).__name__}.{name} is not what the plugin offers; correct the claim or the plugin",
            [
                *(f"没有写 / not named: {each}" for each in there if said and each not in said),
                *(f"没有 / not there: {each}" for each in said if each not in there),
                f"{name} = {there!r}",
            ],
        )

    @staticmethod
    def _only_if(there: object, zh: str, en: str) -> None:
        """Skip what needs something that the class claims not to be there, as another test has confirmed."""
        if not there:
            pytest.skip(f"{zh} / {en}")


def _none(found: Iterable[object], zh: str, en: str) -> None:
    """Fail with *found*, and what to do about it, where there is any."""
    listed = list(found)
    if listed:
        _fail(zh, en, listed)


def _fail(zh: str, en: str, found: Iterable[object]) -> NoReturn:
    pytest.fail("\n".join([zh, en, *(f"  {each}" for each in found)]), pytrace=False)
