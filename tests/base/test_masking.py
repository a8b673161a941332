"""What is shown of names and numbers where nobody is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community_core.base.masking import HIDDEN, masked, masked_number

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("张建国", "张*国"),
        ("张三", "张*"),
        ("张", "*"),
        ("欧阳小明", "欧**明"),
        ("买买提·吐尔逊", "买**·**逊"),
        ("阿·买", "阿·*"),
        ("阿·买提", "阿·*提"),
        ("Anna Berg", "A*** B***"),
        ("Anna Maria O'Neil", "A*** M*** O***"),
        ("13812345678", "138****5678"),
        ("+86 138" + "12345678", "138****5678"),
        ("024-23456789", "024-****89"),
        ("21010319500101123X", "2****************X"),
        ("210103500101123", "2*************3"),
        ("沈河区文化路305号", HIDDEN),
        ("这是一个很长的理由", HIDDEN),
        ("anna", HIDDEN),
        ("", HIDDEN),
        (72, HIDDEN),
        (True, HIDDEN),
        (None, HIDDEN),
        (("张建国", "李四"), "张*国、李*"),
        ((), ""),
    ],
)
def test_what_is_shown(value, shown):
    """Names keep their edges, numbers their beginning and end, everything else nothing."""
    assert masked(value) == shown


@given(CHINESE)
def test_a_chinese_name_keeps_its_length_and_loses_its_middle(name):
    """Of a name no more than its first and last character are shown, and of one of two characters only the first."""
    shown = masked(name)
    assert len(shown) == len(name)
    assert sum(sign != "*" for sign in shown) == min(2, len(name) - 1)


@given(st.text())
def test_a_mask_hides_something_of_every_text(text):
    """Nothing that has more than one sign is shown whole."""
    shown = masked(text)
    assert "*" in shown
    assert len(text.strip()) < 2 or shown != text.strip()


@given(st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True))
def test_an_identity_number_shows_two_signs(number):
    """Of an identity number the first and the last sign are shown, in every place where numbers are masked."""
    assert masked(number) == masked_number(number) == f"{number[0]}{'*' * 16}{number[-1]}"


def test_a_name_is_no_number():
    """Where only numbers are masked, a name is given back as nothing."""
    assert masked_number("张建国") == masked_number(3) == ""


@given(st.lists(CHINESE, min_size=2, max_size=3), st.sampled_from("·•・"))
def test_a_name_in_parts_loses_something_too(parts, dot):
    """Of the characters of a name with dots no more are shown than of one without, and the dots stay."""
    shown = masked(dot.join(parts))
    kept = sum(sign not in ("*", dot) for sign in shown)
    assert shown.count(dot) == len(parts) - 1
    assert kept == min(2, len("".join(parts)) - 1)
