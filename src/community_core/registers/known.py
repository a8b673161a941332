"""The registers of an office: places, dwellings, households, people, bodies, services, categories. Data alone."""

from __future__ import annotations

from typing import Final

from community_core.base.labels import Label
from community_core.base.ranks import Privacy
from community_core.registers.describe import DATE, INT, SHARE, Column, Register, find_register
from community_core.rules.types import enum_of

_PERSONAL, _SENSITIVE, _PUBLIC = Privacy.PERSONAL, Privacy.SENSITIVE, Privacy.PUBLIC


def _id(name: str, zh: str, en: str, *also: str, fill: bool = False, privacy: Privacy = Privacy.INTERNAL) -> Column:
    return Column(name, Label(zh, en), key=True, required=True, also=also, fill=fill, privacy=privacy)


def _ref(
    name: str,
    zh: str,
    en: str,
    register: str,
    *also: str,
    loosely: tuple[str, ...] = (),
    key: bool = False,
    fill: bool = False,
) -> Column:
    return Column(name, Label(zh, en), key=key, required=key, refers=register, also=also, loosely=loosely, fill=fill)


def _names(*also: str) -> tuple[Column, Column]:
    return (
        Column("zh", Label("名称", "Chinese name"), privacy=_PUBLIC, also=also),
        Column("en", Label("英文名称", "English name"), privacy=_PUBLIC),
    )


#: How identity numbers are headed.
IDENTITY_HEADINGS: Final = (
    "身份证号", "身份证号码", "身份证", "公民身份证号", "公民身份证号码", "居民身份证号", "居民身份证号码",
    "身份证件号", "身份证件号码", "证件号", "证件号码",
)  # fmt: skip
#: How the community is headed to which a row of any list belongs.
_COMMUNITY: Final = ("社区", "所属社区", "所在社区", "社区名称", "所在地方")
_REGISTERED: Final = ("户籍地", "户籍地址", "户籍所在地", "户口所在地", "户口地址")
_LIVING: Final = (
    "现住地",
    "现住址",
    "现居住地",
    "现居住址",
    "现居住地址",
    "居住地",
    "居住地址",
    "居住地方",
    "实际居住地",
)
_SQUARE_METRES: Final = ("平方米", "㎡", "平米", "square metres")

_PLACE = _ref("place", "所在地方", "place", "places", "社区", "所属社区", "所在社区", "社区名称")
_PERSON = Column(
    "person",
    Label("人员编号", "person"),
    privacy=_PERSONAL,
    key=True,
    required=True,
    refers="residents",
    also=("居民编号",),
)
_OWN_PERSON = Column(
    "person", Label("人员编号", "person"), privacy=_PERSONAL, key=True, required=True, also=("居民编号",)
)

PLACES: Final = Register(
    "places",
    Label("地方", "places"),
    (
        _id("place", "地方编号", "place", privacy=_PUBLIC),
        Column("parent", Label("上级地方", "lies in"), refers="places", privacy=_PUBLIC, also=("上级",)),
        Column("layer", Label("层级", "layer"), privacy=_PUBLIC),
        *_names("地方名称"),
        Column("code", Label("行政区划代码", "GB/T 2260 code"), privacy=_PUBLIC, digits=True),
    ),
    of="place",
)
APPOINTMENTS: Final = Register(
    "appointments",
    Label("任职", "appointments"),
    (
        Column("person", Label("人员编号", "person"), key=True, required=True, also=("任职人",), privacy=_PERSONAL),
        Column("post", Label("职务", "post"), key=True, required=True, privacy=_PUBLIC),
        _ref("place", "任职地方", "place", "places", key=True),
    ),
)
DELEGATIONS: Final = Register(
    "delegations",
    Label("委托", "delegations"),
    (
        Column("person", Label("代理人", "who acts"), key=True, required=True, privacy=_PERSONAL),
        Column("behalf", Label("被代理人", "in whose name"), key=True, required=True, privacy=_PERSONAL),
        Column("post", Label("职务", "post"), key=True, required=True, privacy=_PUBLIC),
        _ref("place", "任职地方", "place", "places", key=True),
        Column("reason", Label("依据", "what it rests on"), required=True, also=("委托依据",)),
    ),
)


def _layer(name: str, layer: str, zh: str, en: str, heading: str) -> Register:
    columns = tuple(
        Column(
            column.name,
            Label(f"{zh}编号", layer) if column.key else column.label,
            column.type,
            column.privacy,
            key=column.key,
            required=column.required,
            refers=column.refers,
            also=(*column.also, heading) if column.name == "zh" else column.also,
            digits=column.digits,
        )
        for column in PLACES.columns
    )
    return Register(name, Label(zh, en), columns, "place", "places", (("layer", layer),))


REGISTERS: Final = (
    PLACES,
    _layer("residents_groups", "residents_group", "居民小组", "residents' groups", "小组名称"),
    _layer("grids", "grid", "网格", "grids", "网格名称"),
    Register(
        "dwellings",
        Label("房屋", "dwellings"),
        (
            _id("dwelling", "房屋编号", "dwelling", "房号编码", fill=False),
            _ref("place", "楼栋", "building", "places", "楼栋号", loosely=_COMMUNITY),
            Column("unit", Label("单元", "unit"), digits=True, also=("单元号",)),
            Column("room", Label("室", "room"), digits=True, also=("房号", "门牌号", "房间号", "室号")),
            _ref("residents_group", "居民小组", "residents' group", "places"),
            _ref("grid", "网格", "grid", "places", "所属网格"),
            Column(
                "area",
                Label("建筑面积（平方米）", "area in square metres"),
                INT,
                also=("建筑面积", "面积"),
                units=_SQUARE_METRES,
            ),
        ),
    ),
    Register(
        "households",
        Label("户籍户", "registered households"),
        (
            _id("household", "户号", "household", "户编号", "家庭编号", fill=True, privacy=_PERSONAL),
            _ref("place", "户籍所在地方", "registered in", "places", *_REGISTERED, loosely=_COMMUNITY, fill=True),
            _ref("dwelling", "房屋编号", "dwelling", "dwellings", fill=True),
        ),
        of="household",
    ),
    Register(
        "residents",
        Label("居民", "residents"),
        (
            _OWN_PERSON,
            Column(
                "name",
                Label("姓名", "name"),
                privacy=_PERSONAL,
                check="line",
                also=("成员姓名",),
                loosely=("户主姓名",),
            ),
            Column(
                "id_number",
                Label("公民身份号码", "citizen identity number"),
                privacy=_SENSITIVE,
                digits=True,
                check="identity",
                also=IDENTITY_HEADINGS,
            ),
            Column(
                "birth_date",
                Label("出生日期", "date of birth"),
                DATE,
                _PERSONAL,
                also=("出生年月日", "生日"),
                loosely=("出生年月", "出生时间"),
            ),
            Column(
                "sex",
                Label("性别", "sex"),
                enum_of("male", "female"),
                _PERSONAL,
                labels=(("male", Label("男", "male")), ("female", Label("女", "female"))),
            ),
            _ref("registered_place", "户籍所在地方", "registered place", "places", *_REGISTERED),
            _ref("actual_place", "实际居住地方", "actual place", "places", *_LIVING, loosely=_COMMUNITY),
            _ref("dwelling", "房屋编号", "dwelling", "dwellings"),
            Column(
                "phone",
                Label("联系电话", "telephone"),
                privacy=_PERSONAL,
                digits=True,
                loosely=("电话", "电话号码", "手机", "手机号", "手机号码", "联系方式"),
            ),
        ),
        of="resident",
    ),
    Register(
        "household_members",
        Label("户籍户成员", "members of registered households"),
        (
            Column(
                "household",
                Label("户号", "household"),
                privacy=_PERSONAL,
                key=True,
                required=True,
                refers="households",
                also=("户编号", "家庭编号"),
                fill=True,
            ),
            _PERSON,
            Column(
                "relation",
                Label("与户主关系", "relation to the head"),
                privacy=_PERSONAL,
                codes="relation",
                also=("关系", "与户主的关系", "家庭关系"),
            ),
        ),
    ),
    Register(
        "families",
        Label("共同生活家庭", "families that share a living"),
        (
            _id("family", "家庭号", "family", "共同生活家庭编号", fill=True, privacy=_PERSONAL),
            _ref("place", "所在地方", "place", "places", *_LIVING, loosely=_COMMUNITY, fill=True),
            _ref("dwelling", "房屋编号", "dwelling", "dwellings", fill=True),
        ),
        of="household",
    ),
    Register(
        "family_members",
        Label("共同生活家庭成员", "members of families that share a living"),
        (
            Column(
                "family",
                Label("家庭号", "family"),
                privacy=_PERSONAL,
                key=True,
                required=True,
                refers="families",
                also=("共同生活家庭编号",),
                fill=True,
            ),
            _PERSON,
        ),
    ),
    Register(
        "owners",
        Label("房屋所有人", "owners of dwellings"),
        (
            _ref("dwelling", "房屋编号", "dwelling", "dwellings", key=True, fill=True),
            Column(
                "owner",
                Label("所有人编号", "owner"),
                privacy=_PERSONAL,
                key=True,
                required=True,
                also=("业主编号", "业主"),
            ),
            Column("share", Label("份额", "share"), SHARE, _PERSONAL, also=("所占份额",)),
        ),
    ),
    Register(
        "bodies",
        Label("组织", "bodies"),
        (
            _id("body", "组织编号", "body", privacy=_PUBLIC),
            Column("kind", Label("类别", "kind"), privacy=_PUBLIC, required=True),
            *_names("组织名称"),
            _PLACE,
        ),
    ),
    Register(
        "posts",
        Label("职务", "posts"),
        (
            _id("post", "职务名", "post", "职务", privacy=_PUBLIC),
            _ref("body", "所属组织", "body", "bodies", key=True),
            *_names("职务名称"),
            Column(
                "seat",
                Label("产生方式", "how it is filled"),
                enum_of("elected", "hired", "assigned"),
                _PUBLIC,
                labels=(
                    ("elected", Label("选举", "elected")),
                    ("hired", Label("聘用", "hired")),
                    ("assigned", Label("委派", "assigned")),
                ),
            ),
        ),
    ),
    APPOINTMENTS,
    Register(
        "grid_officers",
        Label("网格员", "grid officers"),
        (
            Column("person", Label("人员编号", "person"), key=True, required=True, privacy=_PERSONAL),
            Column("post", Label("职务", "post"), key=True, required=True, privacy=_PUBLIC),
            _ref("place", "网格", "grid", "places", "所属网格", key=True),
        ),
        part_of="appointments",
        fixed=(("post", "grid.officer"),),
    ),
    DELEGATIONS,
    Register(
        "services",
        Label("服务", "services"),
        (
            _id("service", "服务编号", "service", privacy=_PUBLIC),
            *_names("服务名称"),
            _ref("provider", "提供者", "provider", "bodies"),
        ),
        of="service",
    ),
    Register(
        "outlets",
        Label("服务网点", "outlets"),
        (
            _id("outlet", "网点编号", "outlet", privacy=_PUBLIC),
            *_names("网点名称"),
            _PLACE,
            _ref("provider", "经办组织", "provider", "bodies"),
        ),
    ),
    Register(
        "outlet_services",
        Label("网点提供的服务", "services of outlets"),
        (
            _ref("outlet", "网点编号", "outlet", "outlets", key=True, fill=True),
            _ref("service", "服务编号", "service", "services", key=True),
        ),
    ),
    Register(
        "facilities",
        Label("设施", "facilities"),
        (
            _id("facility", "设施编号", "facility", privacy=_PUBLIC),
            Column("kind", Label("类别", "kind"), privacy=_PUBLIC, required=True),
            *_names("设施名称"),
            _PLACE,
            Column(
                "area",
                Label("面积（平方米）", "area in square metres"),
                INT,
                _PUBLIC,
                also=("面积", "建筑面积"),
                units=_SQUARE_METRES,
            ),
            _ref("keeper", "管理组织", "keeper", "bodies"),
        ),
    ),
    Register(
        "categories",
        Label("类别代码", "categories"),
        (
            _id("code_list", "代码表", "code list", privacy=_PUBLIC),
            Column("code", Label("代码", "code"), key=True, required=True, digits=True, privacy=_PUBLIC),
            *_names("类别名称"),
            Column("owner", Label("主管部门", "department that owns it"), privacy=_PUBLIC),
            Column("fact", Label("作为事实", "serves as the fact"), privacy=_PUBLIC),
            Column("fact_value", Label("事实的值", "value of the fact"), privacy=_PUBLIC),
            Column("cite", Label("出处", "source"), privacy=_PUBLIC),
        ),
    ),
    Register(
        "category_entries",
        Label("类别登记", "entries in categories"),
        (
            Column(
                "kind",
                Label("对象", "kind of subject"),
                enum_of("residents", "households", "families"),
                key=True,
                required=True,
                labels=(
                    ("residents", Label("居民", "resident")),
                    ("households", Label("户籍户", "registered household")),
                    ("families", Label("共同生活家庭", "family that shares a living")),
                ),
            ),
            Column(
                "subject",
                Label("对象编号", "subject"),
                privacy=_SENSITIVE,
                key=True,
                required=True,
                refers="@kind",
                sought=True,
            ),
            Column("code_list", Label("代码表", "code list"), privacy=_SENSITIVE, key=True, required=True),
            Column(
                "code",
                Label("代码", "code"),
                privacy=_SENSITIVE,
                key=True,
                required=True,
                codes="@code_list",
                digits=True,
                also=("类别",),
            ),
            Column(
                "degree",
                Label("残疾等级", "degree of disability"),
                privacy=_SENSITIVE,
                codes="disability_degree",
                digits=True,
            ),
        ),
    ),
)
"""All of them, those that others refer to first."""

#: Those that steps read and change, which stand in tables made for that.
TENURES: Final = (APPOINTMENTS, DELEGATIONS)
#: Those with a table made from their description.
KEPT: Final = tuple(register for register in REGISTERS if not register.part_of and register not in TENURES)


def register_of(word: str) -> Register:
    """Return the register that *word* names, by its name or label.

    Raises:
        UnknownTerm: if there is none; the message lists them.
    """
    return find_register(REGISTERS, word)
