"""The demo's roll: 610,000 made-up residents with the reported margins, decided for care class and eight services."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from community_core.base.money import Money
from community_core.demo.desk import DAY, Desk
from community_core.demo.people import INVENTED_COLUMNS, POPULATION, margins, population
from community_core.rules.pattern import Status

if TYPE_CHECKING:
    import polars as pl

    from community_core.roll.run import RollResult

PRICE = "service_price"
_OUTPUTS = ("form", "price", "payer", "subsidy")
#: Changes whenever what is written changes, so that a folder of an older version is made anew.
_FORMAT = "2"


def play(desk: Desk) -> None:
    """Make and decide the roll, unless an earlier run did, and print its margins and totals."""
    show = desk.show
    show.part(f"名册：{desk.people:,} 人，8 项服务", f"The roll: {desk.people:,} residents, eight services")
    summary = _kept(desk)
    made = summary is None
    if summary is None:
        summary = _decide(desk)
    _tell(desk, summary)
    sizes = " · ".join(path.name for path in (_table(desk), _totals(desk)))
    if made:
        show.made(f"写入 {sizes}", "written")
    else:
        show.already(f"{sizes}，未改动", "left as they are")


def _list_prices(desk: Desk) -> Sequence[tuple[str, Money]]:
    """Return the services that the district prices, in the order of its price list."""
    use = desk.shenhe.rules.parameter("list_price", on=DAY)
    return tuple(use.value) if use is not None else ()


def _table(desk: Desk) -> Path:
    return desk.folder / "roll.parquet"


def _totals(desk: Desk) -> Path:
    return desk.folder / "roll-totals.json"


def _kept(desk: Desk) -> Mapping[str, Any] | None:
    """Return the totals of an earlier run over the same rules and people, or ``None``."""
    try:
        kept = json.loads(_totals(desk).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(kept, dict) and _table(desk).exists() and kept.get("made_from") == _made_from(desk)
    return kept if whole else None


def _made_from(desk: Desk) -> Mapping[str, Any]:
    return {"format": _FORMAT, "people": desk.people, "rules": desk.shenhe.rules.digest, "on": DAY.isoformat()}


def _decide(desk: Desk) -> Mapping[str, Any]:
    import polars as pl  # noqa: PLC0415 - an extra

    from community_core.roll.run import decide_roll, ready  # noqa: PLC0415 - needs the extra
    from community_core.roll.writers import write_table  # noqa: PLC0415 - needs the extra

    rules = desk.shenhe.rules
    age = rules.parameter("elder_age", on=DAY)
    if age is None:
        raise RuntimeError("demo-shenhe sets no elder_age, and no margin of elders can be made")
    listed = [service for service, _ in _list_prices(desk)]
    with desk.show.progress("判定 decided", len(listed) + 2) as advance:
        people = population(desk.people, elder_age=age.value, day=DAY)
        subjects = ready(rules, people.drop("resident", "household", "community"))
        advance(1)
        care = decide_roll(rules, ["care_class", "service_tier"], subjects, on=DAY, given={"recipient": "resident"})
        advance(1)
        columns = [people, care.frame.select("care_class", "care_class.status", "service_tier", "service_tier.status")]
        described: dict[str, Any] = dict(care.described())
        totals: dict[str, Any] = {}
        for service in listed:
            given = {"recipient": "resident", "service": service}
            priced = decide_roll(rules, [PRICE], subjects, on=DAY, given=given)
            wanted = {f"{PRICE}.{output}": f"{service}.{output}" for output in _OUTPUTS}
            wanted[f"{PRICE}.status"] = f"{service}.status"
            columns.append(priced.frame.select(list(wanted)).rename(wanted))
            described.update({new: column for old, new in wanted.items() if (column := priced.described().get(old))})
            totals[service] = _price_totals(priced)
            advance(1)
    summary = {
        "made_from": _made_from(desk),
        "margins": _counted(people, age.value),
        "care_class": _status_totals(care, "care_class"),
        "service_tier": _status_totals(care, "service_tier"),
        "services": totals,
    }
    draft = _table(desk).with_name("roll.part.parquet")
    write_table(pl.concat(columns, how="horizontal"), draft, described)
    draft.replace(_table(desk))
    draft = _totals(desk).with_suffix(".part")
    draft.write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", "utf-8")
    draft.replace(_totals(desk))
    return summary


def _status_totals(result: RollResult, term: str) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for total in result.totals(term):
        found[str(total.outcome) if total.status is Status.DETERMINED else total.status.value] += total.count
    return dict(sorted(found.items()))


def _price_totals(result: RollResult) -> Mapping[str, Any]:
    """Return people by form and payer, and what recipients pay and the government bears for one use each, in fen."""
    forms: Counter[str] = Counter()
    payers: Counter[str] = Counter()
    paid = borne = Money(0)
    low = ""
    for total in result.totals(PRICE):
        if total.status is not Status.DETERMINED:
            forms[total.status.value] += total.count
            continue
        forms[total.outcome["form"]] += total.count
        payers[total.outcome["payer"]] += total.count
        low = str(total.outcome["price"]) if total.outcome["form"] == "low_cost" else low
        paid += total.outcome["price"] * total.count
        borne += total.outcome["subsidy"] * total.count
    counts = {"forms": dict(sorted(forms.items())), "payers": dict(sorted(payers.items()))}
    return {**counts, "paid_fen": paid.fen, "borne_fen": borne.fen, "low_cost_price": low}


def _counted(people: pl.DataFrame, elder_age: int) -> Mapping[str, int]:
    """Count the margins in the table itself."""
    import polars as pl  # noqa: PLC0415 - an extra

    born = pl.date(DAY.year - elder_age, DAY.month, DAY.day)
    poor = people.filter(pl.col("means") == "dibao")
    return {
        "people": people.height,
        "communities": people["community"].n_unique(),
        "elders": people.filter(pl.col("birth_date") <= born).height,
        "households": people["household"].n_unique(),
        "allowance_households": poor["household"].n_unique(),
        "allowance_persons": poor.height,
    }


def _tell(desk: Desk, summary: Mapping[str, Any]) -> None:
    show = desk.show
    wanted, found = margins(desk.people), summary["margins"]
    scaled = "" if desk.people == POPULATION else f"，按 {desk.people:,} 人折算 scaled"
    reported = (
        ("人口 population", wanted.people, "people", "L67"),
        ("社区 communities", 66, "communities", "L67"),
        ("户 households (66 × 3,700)", wanted.households, "households", "L77"),
        ("老年人 elders", wanted.elders, "elders", "L111"),
        ("低保户 allowance households", wanted.allowance_households, "allowance_households", "L113"),
        ("低保人口 persons on it", wanted.allowance_persons, "allowance_persons", "L113"),
    )
    rows = [(name, f"{figure:,}", f"{found[key]:,}", line) for name, figure, key, line in reported]
    show.table((f"材料所报{scaled} reported", "应为", "名册中 in the roll", "行 line"), rows, right=(1, 2))
    invented = "、".join(INVENTED_COLUMNS)
    show.line(
        f"虚构：{invented} 两列，及其余各列谁是谁；没有一个真人",
        "made up: those two, and who is who",
        style="yellow",
    )
    for title, key, words in (("照料 care", "care_class", _CARE), ("层次 tier", "service_tier", _TIERS)):
        show.line(f"{title}：{_counts(summary[key], words)}")
    _prices(desk, summary["services"])


def _prices(desk: Desk, totals: Mapping[str, Any]) -> None:
    show = desk.show
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for service, total in totals.items():
        alike.setdefault(_people(total), []).append(service)
    names = {service.name: service.label for _, service in desk.shenhe.rules.terms.services}
    for people, members in alike.items():
        which = f"{len(members)} 项服务" if len(alike) == 1 else "、".join(names[member].zh for member in members)
        for title, text in people:
            show.line(f"{title}：{which} · {text}")
    prices = dict(_list_prices(desk))
    rows: list[tuple[str, ...]] = [
        (
            f"{names[service].zh} {names[service].en}",
            str(prices[service]),
            total["low_cost_price"] or "–",
            _yuan(total["paid_fen"]),
            _yuan(total["borne_fen"]),
        )
        for service, total in totals.items()
    ]
    sums = [sum(total[key] for total in totals.values()) for key in ("paid_fen", "borne_fen")]
    rows.append(("合计 all", "", "", *map(_yuan, sums)))
    heads = ("服务 service *", "价目 list price", "低偿价 low-cost", "个人付 paid, 元", "政府补 subsidy, 元")
    show.table(heads, rows, right=(1, 2, 3, 4))
    show.line(
        "* 每人各用一次；价目、比例、年龄、人群都是示例值，材料没有写",
        "one use each; all of these are examples",
        style="yellow",
    )


def _people(total: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return how many have which form, and for how many who pays."""
    titles = (("收费形式 form", total["forms"], _FORMS), ("付费 payer", total["payers"], _PAYERS))
    return tuple((title, _counts(counts, words)) for title, counts, words in titles)


def _counts(counts: Mapping[str, int], words: Mapping[str, str]) -> str:
    return " · ".join(f"{words.get(name, name)} {counts[name]:,}" for name in _sorted(counts, words))


def _yuan(fen: int) -> str:
    return f"{(fen + 50) // 100:,}"


def _sorted(counts: Mapping[str, int], words: Mapping[str, str]) -> Sequence[str]:
    order = list(words)
    return sorted(counts, key=lambda name: order.index(name) if name in order else len(order))


_FORMS = {"free": "无偿 free", "low_cost": "低偿 low-cost", "paid": "有偿 paid", "undetermined": "待定 undetermined"}
_PAYERS = {"government": "政府付 government", "shared": "分担 shared", "recipient": "个人付 recipient"}
_STATUS = {"undetermined": "待定 undetermined", "gap": "缺项 gap"}
_CARE = {"carer": "上门照料 carer", "phone_round": "电话问安 phone", "none": "不适用 none", **_STATUS}
_TIERS = {
    "welfare": "福利性 welfare",
    "convenience": "便民利民 convenience",
    "socialised": "社会化 socialised",
    **_STATUS,
}
