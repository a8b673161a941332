"""From a name or a file to rules: the installed districts, or one YAML file; it opens no store."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attrs import evolve

from community_core.base.errors import LoadError
from community_core.base.findings import Finding, finding
from community_core.base.labels import Label
from community_core.declarations.practice import District, Practice
from community_core.jurisdiction.compose import compose
from community_core.jurisdiction.plugins import Gathered, Plugin, gather
from community_core.jurisdiction.rules import Rules
from community_core.rulebook.load import Loaded, read_file


def load(district: str | Path | District, *, plugins: Iterable[object] = (), gathered: Gathered | None = None) -> Rules:
    """Return the rules of a district.

    Args:
        district: the name of an installed district, the path of a YAML file that holds one, or a district built in
            Python.
        plugins: further plugins, besides the installed ones.
        gathered: what plugins offer, where it has been gathered already.

    Raises:
        LoadError: if no such district is installed, or the file holds none, or several.
        TypeError: if *district* is none of these.
    """
    if not isinstance(district, str | Path | District):
        raise TypeError(f"load() takes a district's name, a path or a District, not {type(district).__name__}")
    offered = gather(plugins) if gathered is None else gathered
    if isinstance(district, District):
        return compose(district, offered)
    if isinstance(district, Path) or district.endswith((".yaml", ".yml")):
        return from_loaded(read_file(Path(district)), offered, str(district))
    found = next((item for item in offered.districts if item.name == district), None)
    if found is None:
        known = ", ".join(item.name for item in offered.districts) or "—"
        raise LoadError(
            Label(
                f"没有安装区县 {district!r}；已安装：{known}。也可以给出一个 YAML 文件的路径",
                f"no district {district!r} is installed; there are: {known}. The path of a YAML file does as well",
            ),
            offered.findings,
        )
    return compose(found, offered)


def from_loaded(loaded: Loaded, offered: Gathered, name: str) -> Rules:
    """Return the rules of the one district in a file that has been read; practices beside it can be adopted too.

    Raises:
        LoadError: if the file holds no district, or several.
    """
    if not loaded.districts and loaded.findings:
        first = loaded.findings[0].message
        raise LoadError(
            Label(f"{name} 里读不出区县：{first.zh}", f"no district can be read from {name}: {first.en}"),
            loaded.findings,
        )
    if len(loaded.districts) != 1:
        count = len(loaded.districts)
        raise LoadError(
            Label(f"{name} 里有 {count} 个区县，应当正好一个", f"{name} holds {count} districts; it should hold one"),
            loaded.findings,
        )
    district = loaded.districts[0]
    carried = {*district.findings, *(found for practice in loaded.practices for found in practice.findings)}
    loose = tuple(found for found in loaded.findings if found not in carried)
    whole = evolve(district, findings=(*district.findings, *loose))
    return compose(whole, beside(offered, loaded.practices))


def beside(offered: Gathered, own: Iterable[Practice]) -> Gathered:
    """Return what plugins offer together with practices read from files; of one name, the file's is the one adopted.

    What belongs to every district by a rank of its own, such as the national floor, is put aside by no file: there the
    file's is left out, and is a finding unless it says the same. Two of one name in files are a finding at the second.
    """
    given = {item.name: item for item in offered.practices if item.rank is not None}
    read: dict[str, Practice] = {}
    found: list[Finding] = []
    for item in own:
        if item.name in read:
            found.append(_again(item, read[item.name]))
        elif item.name not in given:
            read[item.name] = item
        elif item != given[item.name]:
            found.append(_not_ours(item, dict(offered.offered).get(f"practice {item.name}")))
    practices = (*read.values(), *(item for item in offered.practices if item.name not in read))
    return evolve(offered, practices=practices, findings=(*offered.findings, *found))


def _again(item: Practice, first: Practice) -> Finding:
    return finding(
        "duplicate-document",
        f"做法 {item.name} 写了两次（先在 {first.origin}）；请合并，或改一个名称",
        f"the practice {item.name} stands twice (first in {first.origin}); put them together, or rename one",
        item.origin,
        name=item.name,
    )


def _not_ours(item: Practice, plugin: Plugin | None) -> Finding:
    source = plugin.distribution or plugin.name if plugin is not None else "community-core"
    return finding(
        "duplicate-offer",
        f"做法 {item.name} 由 {source} 提供，每个区县都有，文件不能另写一个；请改名，要设定数值用 set，要修改用 amend",
        f"the practice {item.name} comes with {source} and belongs to every district, so no file can give another; "
        "rename it, and use set or amend for what is to differ",
        item.origin,
        name=item.name,
    )
