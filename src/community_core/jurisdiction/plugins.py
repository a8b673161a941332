"""Plugins found, checked and asked one by one: one that fails is named and the rest go on; no global manager."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import pluggy
from attrs import field, frozen

from community_core.base.findings import Finding, Origin, finding
from community_core.declarations.catalogue import Catalogue
from community_core.declarations.practice import District, Practice, StepEffect
from community_core.jurisdiction import hookspecs
from community_core.procedures.consequences import KINDS
from community_core.procedures.events import Event
from community_core.rules.terms import Function
from community_core.rules.vocabulary import BUILT_IN

T = TypeVar("T")

_PREFIX = "community_"


@frozen
class Plugin:
    """An installed plugin: its name, and the distribution and version that it comes with."""

    name: str
    distribution: str = ""
    version: str = ""


@frozen
class Observer:
    """A function that is told of events after commit, with the name of its plugin."""

    plugin: str
    observe: Callable[[Event], None] = field(eq=False, repr=False)


@frozen
class Gathered:
    """What all plugins offer, in an order that does not depend on how they were installed."""

    practices: tuple[Practice, ...] = ()
    districts: tuple[District, ...] = ()
    functions: tuple[Function, ...] = ()
    effects: tuple[StepEffect, ...] = ()
    observers: tuple[Observer, ...] = ()
    findings: tuple[Finding, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    offered: tuple[tuple[str, Plugin], ...] = ()


def gather(extra: Iterable[object] = (), *, entry_points: bool = True) -> Gathered:
    """Ask every plugin for what it offers.

    Args:
        extra: further plugins (modules or objects with hook implementations), besides the installed ones.
        entry_points: whether to load the installed plugins of the entry point group ``community_core``.
    """
    return _Gathering().run(extra, entry_points)


def gather_catalogues(
    extra: Iterable[object] = (), *, entry_points: bool = True
) -> tuple[tuple[Catalogue, ...], tuple[Finding, ...]]:
    """Ask every plugin for its catalogues; see :func:`gather`. Returns them and what is wrong with plugins."""
    gathering = _Gathering()
    gathering.find(extra, entry_points)
    offered = gathering.ask("community_catalogues", Catalogue)
    return tuple(gathering.single(offered, "catalogue", "目录", ())), tuple(gathering.findings)


class _Gathering:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.manager = pluggy.PluginManager(hookspecs.PROJECT)
        self.manager.add_hookspecs(hookspecs)
        self.plugins: list[Plugin] = []
        self.offered: dict[str, str] = {}

    def find(self, extra: Iterable[object], entry_points: bool) -> None:
        """Load and register the plugins."""
        if entry_points:
            for entry in sorted(
                importlib.metadata.entry_points(group=hookspecs.PROJECT), key=lambda e: (e.name, e.value)
            ):
                self.load(entry)
        for number, plugin in enumerate(extra, 1):
            if isinstance(plugin, str):
                raise TypeError(f"a plugin is a module or an object with hooks, and not its name {plugin!r}")
            self.register(plugin, getattr(plugin, "__name__", "") or f"{type(plugin).__name__}-{number}")

    def run(self, extra: Iterable[object], entry_points: bool) -> Gathered:
        """Find the plugins and ask each for what rules are made of."""
        self.find(extra, entry_points)
        practices = self.ask("community_practices", Practice)
        districts = self.ask("community_districts", District)
        functions = self.ask("community_functions", Function)
        effects = self.ask("community_effects", StepEffect)
        by_name = {plugin.name: plugin for plugin in self.plugins}
        return Gathered(
            practices=tuple(self.single(practices, "practice", "做法", ())),
            districts=tuple(self.single(districts, "district", "区县", ())),
            functions=tuple(self.single(functions, "function", "函数", BUILT_IN)),
            effects=tuple(self.single(effects, "effect", "效果", KINDS)),
            offered=tuple((name, by_name[plugin]) for name, plugin in sorted(self.offered.items())),
            observers=tuple(Observer(name, run) for name, run in self.implementations("community_observe")),
            findings=tuple(self.findings),
            plugins=tuple(self.plugins),
        )

    def load(self, entry: importlib.metadata.EntryPoint) -> None:
        try:
            plugin = entry.load()
        except Exception as error:  # noqa: BLE001 - a plugin's module may fail in any way; it is named and left out
            self.fault("plugin-not-loaded", entry.name, f"无法载入：{error!r}", f"it cannot be loaded: {error!r}")
            return
        distribution = entry.dist.name if entry.dist else ""
        version = entry.dist.version if entry.dist else ""
        self.register(plugin, entry.name, distribution, version)

    def register(self, plugin: object, name: str, distribution: str = "", version: str = "") -> None:
        known = {hook for hook in vars(hookspecs) if hook.startswith(_PREFIX)}
        for attribute in sorted(dir(plugin)):
            if attribute.startswith(_PREFIX) and attribute not in known and callable(getattr(plugin, attribute)):
                import difflib  # noqa: PLC0415 - only messages about mistakes need it

                near = difflib.get_close_matches(attribute, known, 1)
                hint = near[0] if near else "、".join(sorted(known))
                self.fault(
                    "hook-unknown",
                    name,
                    f"没有叫 {attribute} 的钩子，是否指 {hint}",
                    f"there is no hook {attribute}; did you mean {hint}?",
                )
            elif attribute in known and not hasattr(getattr(plugin, attribute), f"{hookspecs.PROJECT}_impl"):
                self.fault(
                    "hook-unmarked",
                    name,
                    f"{attribute} 没有 @hookimpl 标记，不会被调用",
                    f"{attribute} lacks @hookimpl, so it is never called",
                )
        try:
            self.manager.register(plugin, name)
            self.manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            if self.manager.has_plugin(name):
                self.manager.unregister(name=name)
            self.fault(
                "plugin-outdated",
                name,
                f"钩子的写法与本版本不符，请更新插件：{error}",
                f"its hooks do not fit this version; update the plugin: {error}",
            )
            return
        self.plugins.append(Plugin(name, distribution, version))

    def implementations(self, hook: str) -> Iterator[tuple[str, Callable[..., Any]]]:
        """Each plugin's implementation of *hook*, in the order of the plugins' names."""
        caller = getattr(self.manager.hook, hook)
        for implementation in sorted(caller.get_hookimpls(), key=lambda item: str(item.plugin_name)):
            yield implementation.plugin_name, implementation.function

    def ask(self, hook: str, kind: type[T]) -> list[tuple[str, T]]:
        """What each plugin returns for *hook*, with the plugin's name."""
        found: list[tuple[str, T]] = []
        for name, function in self.implementations(hook):
            try:
                offered = function()
                items = list(offered)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it is named and the rest go on
                self.fault("hook-failed", name, f"{hook} 出错：{error!r}", f"{hook} failed: {error!r}")
                continue
            wrong = [item for item in items if not isinstance(item, kind)]
            if wrong:
                self.fault(
                    "hook-result",
                    name,
                    f"{hook} 应返回 {kind.__name__}，得到 {type(wrong[0]).__name__}",
                    f"{hook} returns {kind.__name__}, not {type(wrong[0]).__name__}",
                )
            found += [(name, item) for item in items if isinstance(item, kind)]
        return found

    def single(self, offered: Sequence[tuple[str, T]], what: str, zh: str, taken: Iterable[str]) -> Iterator[T]:
        """Yield what has a name of its own; name every plugin that claims the same one."""
        by_name: dict[str, list[tuple[str, T]]] = {}
        for plugin, item in offered:
            by_name.setdefault(getattr(item, "name", ""), []).append((plugin, item))
        for name, claims in sorted(by_name.items()):
            if len(claims) == 1 and name not in taken:
                self.offered[f"{what} {name}"] = claims[0][0]
                yield claims[0][1]
                continue
            plugins = sorted([plugin for plugin, _ in claims] + (["community_core"] if name in taken else []))
            self.findings.append(
                finding(
                    "duplicate-offer",
                    f"{zh} {name} 由几个插件同时提供：{'、'.join(plugins)}；请只保留一个",
                    f"the {what} {name} is offered by {', '.join(plugins)}; keep one of them",
                    Origin(plugin=plugins[0]),
                    name=name,
                )
            )

    def fault(self, code: str, plugin: str, zh: str, en: str) -> None:
        self.findings.append(
            finding(code, f"插件 {plugin}：{zh}", f"plugin {plugin}: {en}", Origin(plugin=plugin), name=plugin)
        )
