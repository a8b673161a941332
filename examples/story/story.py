"""One story through the office: three complaints, a hot issue, a hearing, a contract with a unit, a rating, a review.

Run ``python story.py FOLDER``: the record, the public board with the story's page, and the papers are written there.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import community_core as cc
from community_core.office.publishing import make_board
from community_core.pages import write_board

HERE = Path(__file__).parent
PLACE = "yonghuan"
REPRESENTATIVES = [f"representative-{number}" for number in range(1, 8)]

#: Who holds which post in the community, from the first day of the story's year on.
POSTS = {
    "liaison-1": "liaison",
    "petition-1": "petition.officer",
    "petition-2": "petition.officer",
    "lighting-1": "department.officer",
    "chair-1": "committee.chair",
    "convener-1": "hearing.convener",
    "street-1": "subdistrict.officer",
} | dict.fromkeys(REPRESENTATIVES, "representative")


def day(month: int, number: int) -> dt.date:
    """Return a day of the year in which the story is set."""
    return dt.date(2027, month, number)


def tell(office: cc.Office) -> dict[str, str]:
    """Let the story happen; return the id of each of its cases by what it is."""
    office.register_place("town", layer="district", zh="示例镇", en="The example town")
    office.register_place(PLACE, "town", layer="community", zh="永环社区", en="Yonghuan")
    for person, post in POSTS.items():
        office.appoint(person, post, PLACE, day(1, 1))
    complaints = complain(office)
    issue, hearing = take_up(office, complaints)
    follow_up = carry_out(office, hearing)
    rating, review = evaluate(office, follow_up.id)
    contract = office.case(follow_up.id).data["contract_case"]
    return {
        **{f"complaint {number}": case for number, case in enumerate(complaints, start=1)},
        "hot issue": issue,
        "hearing": hearing,
        "follow-up": follow_up.id,
        "contract": contract,
        "rating": rating,
        "review": review,
    }


def complain(office: cc.Office) -> list[str]:
    """Three letters in the box about the lamps of one courtyard; each is answered, and the answer is not enough."""
    letters = ["院里路灯不亮", "晚上走路看不见", "路灯坏了一个月"]
    box = office.open(
        "collection", {"box_name": "一号箱", "letters": letters}, actor="liaison-1", day=day(3, 1), place=PLACE
    )
    found = [child.id for child in office.follow_ups(box)]
    for case in found:
        matter = {"matter_kind": "lighting", "matter": "305 院路灯"}
        office.take(case, "sort", matter, actor="liaison-1", day=day(3, 1))
        office.take(case, "report", actor="liaison-1", day=day(3, 1))
        office.take(case, "hand_over", {"body": "路灯管理部门"}, actor="petition-1", day=day(3, 2))
        office.take(case, "accept", actor="lighting-1", day=day(3, 3))
        office.take(case, "answer", {"answer": "灯杆年久，要换；换在哪里由居民定"}, actor="lighting-1", day=day(3, 12))
        office.take(case, "close", actor="petition-1", day=day(3, 13))
        office.take(case, "ask", {"satisfaction": "not_satisfied"}, actor="petition-2", day=day(3, 18))
        office.take(case, "settle", actor="petition-1", day=day(3, 19))
    return found


def take_up(office: cc.Office, complaints: list[str]) -> tuple[str, str]:
    """The matter is put on the list and brought to a hearing, whose conclusion binds."""
    listed = {"matter": "305 院路灯", "matter_kind": "lighting", "complaints": complaints, "number": len(complaints)}
    issue = office.open("hot_issue", listed, actor="petition-1", day=day(3, 20), place=PLACE)
    options = ["沿路立灯", "楼门装灯"]
    office.take(issue, "call_hearing", {"options": options}, actor="chair-1", day=day(3, 22))
    (hearing,) = office.follow_ups(issue)
    office.take(hearing.id, "check_competence", {"competence": "residents"}, actor="chair-1", day=day(3, 23))
    notice = {"venue": "社区议事厅", "held_day": day(4, 2), "representatives": REPRESENTATIVES}
    office.take(hearing.id, "announce", notice, actor="chair-1", day=day(3, 24))
    present = REPRESENTATIVES[:6]
    office.take(hearing.id, "convene", {"present": present}, actor="convener-1", day=day(4, 2))
    for person, position, statement in (
        ("representative-1", "沿路立灯", "老人夜里走的是院里的路"),
        ("representative-2", "楼门装灯", "立灯杆要占花坛"),
        ("lighting-1", "沿路立灯", "立灯可以接现有的线"),
    ):
        said = {"position": position, "statement": statement}
        office.take(hearing.id, "speak", said, actor=person, day=day(4, 2))
    votes = ["沿路立灯"] * 5 + ["楼门装灯"]
    said = {"reasons": "院里的路要照亮", "votes": votes}
    office.take(hearing.id, "conclude", said, actor="convener-1", day=day(4, 2))
    return issue.id, hearing.id


def carry_out(office: cc.Office, hearing: str) -> cc.Case:
    """A contract with a unit in the area carries the conclusion out; residents are asked again and are not content."""
    (follow_up,) = office.follow_ups(hearing)
    offer = {
        "text_case": hearing,
        "matter": "辖区单位承装 305 院路灯",
        "contract_nature": "civil",
        "party": "辖区电器厂",
    }
    contract = office.open("contract", offer, actor="chair-1", day=day(4, 10), place=PLACE)
    will = {"capacity": True, "free_will": True, "lawful": True}
    office.take(contract, "sign", will, actor="chair-1", day=day(4, 15))
    office.take(
        follow_up.id,
        "report_progress",
        {"progress": "已与辖区单位签约", "contract_case": contract.id},
        actor="chair-1",
        day=day(4, 16),
    )
    office.take(follow_up.id, "report_done", {"report": "立灯六根"}, actor="chair-1", day=day(6, 1))
    office.take(follow_up.id, "ask_again", {"satisfied": 2, "not_satisfied": 5}, actor="convener-1", day=day(6, 8))
    why = {"why": "灯装了，夜里常不开；列入半年评议"}
    office.take(follow_up.id, "close_with_reasons", why, actor="convener-1", day=day(6, 9))
    return office.case(follow_up.id)


def evaluate(office: cc.Office, occasion: str) -> tuple[str, str]:
    """The half-yearly evaluation falls below the floor, so a review of the post opens; nobody is removed by a score."""
    called = {
        "member": "chair-1",
        "post": "committee.chair",
        "held_by": "elected",
        "evaluators": REPRESENTATIVES,
        "criteria": ["办事", "公开"],
        "period_end": day(6, 30),
        "occasion": occasion,
    }
    rating = office.open("rating", called, actor="street-1", day=day(7, 1), place=PLACE)
    office.take(rating, "report", {"duty_report": "半年述职"}, actor="chair-1", day=day(7, 5))
    sheets = [["good", "fair"], ["poor", "poor"], ["poor", "fair"], ["poor", "poor"], ["fair", "poor"]]
    scored = {"handed_in": REPRESENTATIVES[:5], "sheets": sheets}
    office.take(rating, "score", scored, actor="street-1", day=day(7, 6))
    office.take(rating, "open_review", actor="street-1", day=day(7, 8))
    (review,) = office.follow_ups(rating)
    notice = {"notice": "上半年评议有一个职务低于标准，已启动复议"}
    office.take(review.id, "notify", notice, actor="street-1", day=day(7, 9))
    office.take(review.id, "reply", {"reply": "灯归路灯部门开关，愿当面说明"}, actor="chair-1", day=day(7, 15))
    return rating.id, review.id


def main(folder: Path) -> int:
    """Tell the story into *folder*; say what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    store = folder / "story.sqlite"
    if store.exists():
        print(f"{store} 已经存在，请换一个文件夹 / exists already; choose another folder")
        return 1
    with cc.open_office(cc.load(HERE / "story-town.yaml"), store) as office:
        cases = tell(office)
        office.checkpoint()
        faults = list(office.verify())
        handed = office.papers().issue(
            cases["hearing"], "minutes", actor="convener-1", day=day(4, 2) + dt.timedelta(days=1)
        )
        (folder / "minutes.html").write_bytes(handed.files["html"])
        written = write_board(make_board(office), folder / "board")
    for name, case in cases.items():
        print(f"{name}: {case}")
    story = next(path for path in written if path.name.startswith("story-"))
    print(f"核验问题 findings: {len(faults)}")
    print(f"打开 open: {story}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "story-out")))
