"""Reading reported rates, in Python: which whole numbers fit one, and what two of them leave; no case, no roll."""

from __future__ import annotations

from fractions import Fraction

from community_core.base.citations import Citation
from community_core.base.labels import Label
from community_core.base.money import Rounding, round_whole
from community_core.base.ranks import Standing
from community_core.rules.python import decision
from community_core.rules.terms import Function
from community_core.rules.types import INT, SHARE, list_of


def rate_of(part: int, whole: int, decimals: int) -> Fraction | None:
    """Return the share of *part* in *whole* as a report writes it: a percentage rounded half up to *decimals* places.

    ``None``, unknown, for a whole below one or a negative number of decimals.
    """
    if whole < 1 or decimals < 0:
        return None
    scale = 100 * 10**decimals
    return Fraction(round_whole(Fraction(part * scale, whole), Rounding.HALF_UP), scale)


#: The word ``rate_of(part, whole, decimals)`` of the rule text.
RATE_OF = Function(
    "rate_of",
    rate_of,
    (INT, INT, INT),
    SHARE.in_unit("pct"),
    label=Label("按位数四舍五入的比率", "the rate as reported"),
)


@decision(
    inputs=("counted_whole", "reported_rate", "rate_decimals"),
    yields=list_of(INT),
    because=Label(
        "材料只给出总数和四舍五入后的比率；逐一核对哪些整数与比率相符",
        "the document gives the whole and a rounded rate; each whole number that fits the rate is listed",
    ),
    cite=Citation(
        "《以人为本 互动参与 努力构建独具沈河魅力的和谐社区》",
        heading="四、自我监督 3",
        lines="001_75147285bf45155a.txt L127",
    ),
    of="body",
    title=Label("与报告比率相符的整数", "Whole numbers that fit a reported rate"),
    standing=Standing.LIBRARY,
)
def compatible_counts(counted_whole: int, reported_rate: Fraction, rate_decimals: int) -> tuple[int, ...] | None:
    """Return every count whose share of *counted_whole*, rounded half up as a percentage, is *reported_rate*.

    512 complaints and 96.9 % leave 496 only; 66 communities and 28 % leave none. ``None``, no answer, for a whole
    below one or a negative number of decimals.
    """
    if counted_whole < 1 or rate_decimals < 0:
        return None
    scale = 100 * 10**rate_decimals
    wanted = reported_rate * scale
    if wanted.denominator != 1:
        return ()
    # Every count that fits lies within one step of rounding of the exact product.
    near = int(reported_rate * counted_whole)
    reach = counted_whole // (2 * scale) + 1
    return tuple(
        count
        for count in range(max(0, near - reach), min(counted_whole, near + reach) + 1)
        if rate_of(count, counted_whole, rate_decimals) == reported_rate
    )


@decision(
    inputs=("household_share", "direct_share"),
    yields=SHARE,
    because=Label(
        "两种方式以外的社区所占的比例；用什么方式，材料没有写",
        "the share of communities beside the two methods; how they elect is not named",
    ),
    cite=Citation(
        "《以人为本 互动参与 努力构建独具沈河魅力的和谐社区》",
        heading="一、2. 谁当社区带头人",
        lines="001_75147285bf45155a.txt L81",
    ),
    of="body",
    title=Label("其余方式所占的比例", "Share of the other methods"),
    standing=Standing.LIBRARY,
)
def other_share(household_share: Fraction, direct_share: Fraction) -> Fraction | None:
    """Return what the two shares leave of all communities: 79 % in 2002, 40 % in 2005.

    ``None``, no answer, where together they are more than all.
    """
    rest = 1 - household_share - direct_share
    return rest if rest >= 0 else None
