"""What posts, types and other closed words are called in both languages; a district's own words stay as written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from community_core.base.labels import Label
from community_core.base.ranks import Force, Privacy
from community_core.declarations.amendments import AmendmentKind
from community_core.procedures.definition import LateAction, Procedure
from community_core.rules.bounds import BoundKind
from community_core.rules.terms import Aggregation, AsOf, HitPolicy

#: The roles that the library gives, and the posts that practices share; what else a practice names, it labels itself.
#: None leaves the table, since older texts of procedures, under which cases still run, carry no label for it.
POSTS: Mapping[str, Label] = {
    "anyone": Label("任何人", "anyone"),
    "archivist": Label("档案员", "archivist"),
    "assembly.chair": Label("居民会议主持人", "chair of the residents' assembly"),
    "committee.chair": Label("居委会主任", "committee chair"),
    "committee.member": Label("居委会成员", "committee member"),
    "community_organisation.delegate": Label("社区组织代表", "delegate of a community organisation"),
    "council.chair": Label("议事会主持人", "council chair"),
    "council.member": Label("议事会成员", "council member"),
    "department.officer": Label("部门工作人员", "department officer"),
    "district.officer": Label("区工作人员", "district officer"),
    "election.convener": Label("选举主持人", "convener of the election"),
    "election.teller": Label("计票人", "teller of the election"),
    "hearing.convener": Label("听证召集人", "convener of the hearing"),
    "legal_adviser": Label("法律顾问", "legal adviser"),
    "mediator": Label("调解员", "mediator"),
    "proposer": Label("提出人", "whoever opened the case"),
    "representative": Label("居民代表", "residents' representative"),
    "resident": Label("居民", "resident"),
    "recruitment.examiner": Label("招聘考官", "examiner of the recruitment"),
    "recruitment.officer": Label("招聘主持人", "officer in charge of the recruitment"),
    "residents_group.leader": Label("居民小组长", "leader of a residents' group"),
    "steering_committee.officer": Label("社区建设指导委员会工作人员", "officer of the steering committee"),
    "subdistrict.officer": Label("街道工作人员", "subdistrict officer"),
    "system": Label("系统", "the system"),
    "unit.delegate": Label("辖区单位代表", "delegate of a unit in the area"),
}

#: To whom something is published, where it is not called as a post is.
AUDIENCES: Mapping[str, Label] = {
    "residents": Label("居民", "residents"),
    "representatives": Label("居民代表", "residents' representatives"),
    "proposer": Label("提出人", "the proposer"),
}

PRIVACIES: Mapping[Privacy, Label] = {
    Privacy.PUBLIC: Label("公开", "public"),
    Privacy.INTERNAL: Label("内部", "internal"),
    Privacy.PERSONAL: Label("个人信息", "personal"),
    Privacy.SENSITIVE: Label("敏感个人信息", "sensitive"),
}

#: On which day a case reads a term; said only where it is not the day it opened.
AS_OF: Mapping[AsOf, Label] = {
    AsOf.CASE: Label(),
    AsOf.STEP: Label("办件按环节当天读", "a case reads it as of the day of the step"),
}

HITS: Mapping[HitPolicy, Label] = {
    HitPolicy.FIRST: Label("取第一条成立的", "the first row that holds"),
    HitPolicy.UNIQUE: Label("只能有一条成立", "exactly one row holds"),
    HitPolicy.ANY: Label("成立的各条结果须相同", "all rows that hold agree"),
    HitPolicy.COLLECT: Label("汇总成立的各条", "all rows that hold together"),
}

AGGREGATIONS: Mapping[Aggregation, Label] = {
    Aggregation.LIST: Label("列出", "as a list"),
    Aggregation.SUM: Label("合计", "their sum"),
    Aggregation.MIN: Label("取最小", "the least"),
    Aggregation.MAX: Label("取最大", "the greatest"),
    Aggregation.COUNT: Label("计数", "their count"),
}

BOUNDS: Mapping[BoundKind, Label] = {
    BoundKind.AT_LEAST: Label("不低于", "at least"),
    BoundKind.AT_MOST: Label("不高于", "at most"),
    BoundKind.ONE_OF: Label("只能是", "one of"),
}

FORCES: Mapping[Force, Label] = {
    Force.BINDING: Label("有约束力", "binding"),
    Force.GENERAL: Label("一般", "general"),
    Force.DEFINITION: Label("定义", "definition"),
    Force.COMPETENCE: Label("职权", "competence"),
    Force.PROHIBITION: Label("禁止", "prohibition"),
}

LATE_ACTIONS: Mapping[LateAction, Label] = {
    LateAction.LAPSE: Label("失效", "lapses"),
    LateAction.ESCALATE: Label("上报", "escalates to"),
    LateAction.REMIND: Label("催办", "reminds"),
}

#: What a conclusion does.
CONCLUSIONS: Mapping[str, Label] = {
    "binds": Label("结论有约束力，须照办", "its conclusion binds"),
    "amends": Label("结论修改方案", "its conclusion amends a plan"),
    "informs": Label("结论供参考", "its conclusion informs"),
}

#: What a step causes, by the kinds of the library.
EFFECTS: Mapping[str, Label] = {
    "open": Label("另立办件", "opens a case"),
    "appoint": Label("任命", "appoints"),
    "end_appointment": Label("结束任职", "ends an appointment"),
    "remind": Label("提醒", "reminds"),
    "enter": Label("记入账簿", "enters in a ledger"),
    "redraw": Label("调整社区范围", "redraws communities"),
}

BALLOTS: Mapping[str, Label] = {
    "plurality": Label("得票最多", "plurality"),
    "majority_of_votes": Label("票数过半", "majority of votes"),
    "majority_of_present": Label("到会人数过半", "majority of those present"),
    "majority_of_entitled": Label("应到人数过半", "majority of those entitled"),
}

AMENDMENTS: Mapping[AmendmentKind, Label] = {
    AmendmentKind.ADD: Label("增加行", "adds rows to"),
    AmendmentKind.REPLACE: Label("替换", "replaces"),
    AmendmentKind.INSERT: Label("插入环节", "inserts steps into"),
    AmendmentKind.TIGHTEN: Label("收紧", "tightens"),
}

#: What an effect of the library's takes, by the name of its argument.
ARGUMENTS: Mapping[str, Label] = {
    "amount": Label("数额", "amount"),
    "areas": Label("划出的范围", "areas"),
    "areas_to": Label("各自划到", "where each area goes"),
    "day": Label("日期", "day"),
    "from": Label("付", "from"),
    "into": Label("划入", "into"),
    "more_than": Label("只知下限", "only a lower bound"),
    "names": Label("名称", "names"),
    "person": Label("人员", "person"),
    "place": Label("地方", "place"),
    "post": Label("职务", "post"),
    "post_of": Label("职务", "post"),
    "purpose": Label("用途", "purpose"),
    "reason": Label("原因", "reason"),
    "since": Label("自", "since"),
    "text": Label("内容", "text"),
    "to": Label("收", "to"),
    "unit": Label("单位", "unit"),
    "until": Label("至（不含）", "until, excluded"),
    "what": Label("事项", "what"),
}

#: A name in an English sentence that is no English word, since it has a sign that none has.
_NO_ENGLISH = re.compile(r"(?<![\w.“(\[|-])(?P<name>[a-z][a-z0-9-]*(?:[_.][a-z0-9-]+)+)(?![\w)\]|”-])", re.ASCII)

#: A name in Chinese quotation marks, with nothing in brackets after it.
_QUOTED = re.compile(r"“(?P<name>[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*)”(?!（)", re.ASCII)

#: A name in a Chinese sentence, with the spaces around it; one in brackets stands beside its label already.
_NAME = re.compile(
    r" ?(?<![\w.“（\[|-])(?P<name>[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*)(?![a-z0-9_.”）\[\]|-]) ?", re.ASCII
)


def in_words(message: Label, labels: Mapping[str, Label]) -> Label:
    """Return *message* with what the names in it are called, the names beside that in brackets.

    In English a name that is a word as well, such as ``open``, is left as it is.
    """

    def called(match: re.Match[str]) -> str:
        label = labels.get(match["name"])
        return f"“{label.zh}”（{match['name']}）" if label else match[0]

    def called_en(match: re.Match[str]) -> str:
        label = labels.get(match["name"])
        return f"“{label.text('en')}” ({match['name']})" if label else match[0]

    return Label(_NAME.sub(called, _QUOTED.sub(called, message.zh)), _NO_ENGLISH.sub(called_en, message.en))


def post_label(post: str, procedure: Procedure) -> Label:
    """Return what *post* is called in *procedure*: by its own label, or the library's.

    A step that stands in place of a post is whoever took it, and a field whoever it names; any other word stays as it
    is written.
    """
    own = dict(procedure.posts).get(post)
    if own is not None:
        return own
    step = procedure.step(post)
    if step is not None:
        label = step.label or Label(post, post)
        return Label(f"办过“{label.zh}”的人", f"whoever took: {label.text('en')}")
    field = procedure.field(post)
    return POSTS.get(post) or (field.label if field is not None else Label()) or Label(post, post)


def audience_label(audience: str, procedure: Procedure) -> Label:
    """Return what those are called to whom *procedure* publishes something."""
    return dict(procedure.posts).get(audience) or AUDIENCES.get(audience) or post_label(audience, procedure)
