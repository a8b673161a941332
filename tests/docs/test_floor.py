"""The page of the national floor: its table is what the rules say; run as a script, this file writes it anew."""

import datetime as dt
from fractions import Fraction
from pathlib import Path

import community_core as cc

PAGE = Path(__file__).parents[2] / "docs" / "floor.md"
BEGIN, END = "<!-- table: tests/docs/test_floor.py -->\n", "<!-- end of table -->\n"
LAW = "national.residents-committees"
#: A day of the year that the district's document speaks of last, and the first day of the text that holds today.
THEN, NOW = dt.date(2006, 5, 1), dt.date(2026, 1, 1)
FORCES = {"binding": "应当 binding", "general": "一般 general", "competence": "职权 competence"}
POWERS = {"recalls_members": "居民会议撤换 recalled", "replaces_members": "补选 replaced by the residents' assembly"}


def number(value):
    """Return a value as the table shows it."""
    return f"{value * 100} %" if isinstance(value, Fraction) else f"{value:,}"


def norm(rules, names, day, write):
    """Return what the floor says under *names* on *day*, with force and article, or that it has not been read."""
    uses = [rules.parameter(f"{LAW}.{name}", on=day) for name in names]
    held = dict(rules.terms.parameters)
    if None in uses:
        return "缺项：新文本的这一条尚未查阅<br>gap: this article of the new text has not been read"
    force = FORCES[held[f"{LAW}.{names[0]}"].force.value]
    article = uses[0].cite.article
    cited = f"，第 {article} 条 art. {article}" if article else ""
    return f"{write(*(use.value for use in uses))}（{force}{cited}）"


def table(rules):
    """Return the table: what Shenhe reports, beside the floor of its day and of today."""
    reported = dict(rules.district.profile)

    def band(day):
        households = reported["mean_households"].value
        answer = rules.decide("committee_size_band", {"community_households": households}, on=day)
        words = {"above": "多于一般范围 above it", "within": "在一般范围内 within it", "below": "少于一般范围 below it"}
        return (
            f"{norm(rules, ('households_least', 'households_most'), day, '{:,}–{:,}'.format)}；{words[answer.outcome]}"
        )

    def shown(name):
        value = reported[name]
        return f"{number(value.value)}（{value.cite.lines.rpartition(' ')[2]}）"

    def powers(listed):
        return "，".join(POWERS[item] for item in listed if item in POWERS)

    rows = [("任期（年）<br>term in years", shown("election_term_years"))]
    rows += [("选举年龄（岁）<br>voting age in years", shown("voting_age"))]
    rows += [("平均户数<br>mean number of households", shown("mean_households"))]
    rows += [("满意率低于此数即罢免或解聘<br>satisfaction below which a cadre is removed", shown("removal_below"))]
    rows += [
        (
            "怎样撤下选举产生的干部<br>how an elected cadre loses the post",
            "评议未达标即解职（L139） by the rating itself",
        )
    ]
    floor = {
        0: lambda day: norm(rules, ("term_years",), day, number),
        1: lambda day: norm(rules, ("voting_age",), day, number),
        2: band,
        3: lambda day: norm(rules, ("assembly_powers",), day, powers),
        4: lambda day: differs(rules, day),
    }
    lines = [
        f"| | 沈河所报告 Shenhe reports | 当时的法律 law of its day（{THEN}） | 今天的法律 law today（{NOW}） |",
        "|---|---|---|---|",
    ]
    lines += [f"| {what} | {here} | {floor[at](THEN)} | {floor[at](NOW)} |" for at, (what, here) in enumerate(rows)]
    return "\n".join(lines) + "\n"


def differs(rules, day):
    """Return in what Shenhe's report differs from the law of *day*, and what the rules here do instead."""
    if rules.parameter(f"{LAW}.assembly_powers", on=day) is None:
        return "缺项：新文本的这一条尚未查阅<br>gap: this article of the new text has not been read"
    (review,) = [step for step in rules.procedure("shenhe.evaluation.rating").steps if step.name == "open_review"]
    assert [effect.kind for effect in review.effects] == ["open"], "a rating ends no appointment"
    zh = "只由居民会议撤换；这里评分低于标准只启动复议"
    en = "recall is the assembly's; here a low rating only opens a review"
    return f"不同：{zh}<br>differs: {en}"


def parts():
    """Return the page before, in and after the table."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    inside, _, after = rest.partition(END)
    return before, inside, after


def test_the_table_is_what_the_rules_say():
    """Shenhe's reported practice stands beside the floor of its day and of today, as the installed rules have both."""
    _, inside, after = parts()
    assert inside.strip("\n") == table(cc.load("shenhe")).strip("\n")
    assert after


def test_no_step_of_an_evaluation_ends_an_appointment():
    """In the rules as installed a rating ends no post: only the employer's decision after a review does."""
    rules = cc.load("shenhe")
    ending = [
        (full, step.name)
        for full, procedure in rules.terms.procedures
        if "evaluation" in full
        for step in procedure.steps
        if any(effect.kind == "end_appointment" for effect in step.effects)
    ]
    assert ending == [("core.evaluation.post_review", "dismiss")]


def test_the_page_names_every_gap_of_the_floor():
    """What the floor leaves open is listed on the page in the words of the rules."""
    text = PAGE.read_text("utf-8")
    gaps = [gap.text for name, gap in cc.load("shenhe").terms.gaps if name.startswith(LAW)]
    assert gaps
    assert [gap.zh for gap in gaps if gap.zh not in text or gap.en not in text] == []


OPEN_BEGIN, OPEN_END = "<!-- open values: tests/docs/test_floor.py -->\n", "<!-- end of open values -->\n"


def open_list(rules):
    """Return the list of what the law leaves open from the day of its latest text on."""
    lines = ["| 项 norm | 为什么没有值 why it is open | 曾有值到 last value |", "|---|---|---|"]
    for item in cc.jurisdiction.open_values(rules, NOW, practice=LAW):
        gap = f"{item.gap.zh}<br>{item.gap.en}"
        lines.append(f"| {item.label.zh}<br>{item.label.en}<br>`{item.term}` | {gap} | {item.last or '–'} |")
    return "\n".join(lines) + "\n"


def test_what_the_law_leaves_open_is_listed():
    """Every norm that has no value from the day of the latest text on stands in one list, and no other does."""
    rules = cc.load("shenhe")
    _, _, rest = PAGE.read_text("utf-8").partition(OPEN_BEGIN)
    assert rest.partition(OPEN_END)[0].strip("\n") == open_list(rules).strip("\n")
    listed = {item.term for item in cc.jurisdiction.open_values(rules, NOW, practice=LAW)}
    held = {name for name, _ in rules.terms.parameters if name.startswith(f"{LAW}.")}
    assert {f"{LAW}.term_years", f"{LAW}.voting_age", f"{LAW}.committee_members", f"{LAW}.assembly_powers"} <= listed
    assert held - listed == {
        f"{LAW}.{name}"
        for name in (
            "boundary_decided_by",
            "boundary_proposed_by",
            "households_least",
            "households_most",
            "law_text",
            "self_governance",
        )
    }


if __name__ == "__main__":
    before, _, after = parts()
    first, _, rest = after.partition(OPEN_BEGIN)
    after = f"{first}{OPEN_BEGIN}\n{open_list(cc.load('shenhe'))}\n{OPEN_END}{rest.partition(OPEN_END)[2]}"
    PAGE.write_text(f"{before}{BEGIN}\n{table(cc.load('shenhe'))}\n{END}{after}", "utf-8")
