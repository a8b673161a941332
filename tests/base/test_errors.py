"""Exceptions of the library: one message in two languages, with findings, whole in every process."""

from __future__ import annotations

import copy
import pickle

import pytest

from community_core.base import CommunityError, FactError, Label, LoadError, Origin, Refused, StoreError, UnknownTerm
from community_core.base.findings import finding

FOUND = finding("wrong-day", "日子不对", "the wrong day", Origin("a.yaml", 3, 5), days=(1, 2))


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])  # noqa: S301
@pytest.mark.parametrize("kind", [CommunityError, FactError, LoadError, Refused, StoreError, UnknownTerm])
def test_a_copy_of_an_exception_is_whole(kind, again):
    """Message, findings and notes of an exception are those of its copies, pickled ones too."""
    error = kind(Label("不行", "no"), (FOUND,))
    error.add_note("见第 3 行")
    same = again(error)
    assert type(same) is kind
    assert (str(same), same.message, same.findings) == ("不行 / no", error.message, (FOUND,))
    assert same.__notes__ == ["见第 3 行"]
