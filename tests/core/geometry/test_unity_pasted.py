"""Seven numbers as people paste them: any punctuation, any order with names; what is something else is said."""

from __future__ import annotations

import json
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.geometry.unity import NUMBER_NAMES, UnityError, UnityView, unity_view_to_json, view_from_pasted

SAMPLE = UnityView(0.0, 2.05, -2.28, 22.957, 0.0, 0.0, 60.0)
places, turns = st.floats(-1e5, 1e5), st.floats(-360, 360)
views = st.builds(UnityView, places, places, places, turns, turns, turns, st.floats(0.5, 179))


@given(views, st.sampled_from([" ", ", ", "; ", "\t", "\n"]))
def test_what_was_copied_comes_back(view: UnityView, between: str) -> None:
    pasted = view_from_pasted(view.text.replace(" ", between))
    assert astuple(pasted) == pytest.approx(astuple(view), rel=1e-9, abs=1e-9)


@given(views, st.permutations(NUMBER_NAMES))
def test_names_may_come_in_any_order(view: UnityView, order: list[str]) -> None:
    content = unity_view_to_json(view)
    assert view_from_pasted(json.dumps({name: content[name] for name in order})) == view
    words = ", ".join(f"{name} = {content[name]!r}" for name in order)
    assert astuple(view_from_pasted(words)) == pytest.approx(astuple(view), rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "0 2.05 -2.28 22.957 0 0 60",
        " 0, 2.05, -2.28; 22.957, 0, 0; 60\n",
        "T(0, 2.05, -2.28) R(22.957, 0, 0) fov 60°",
        "Tx: 0 Ty: 2.05 Tz: -2.28 Rx: 22.957 Ry: 0 Rz: 0 fieldOfView: 60",
        "fov 60 Rx 22.957 Ry 0 Rz 0 tx 0 ty 2.05 tz -2.28",
        "position = [0.0, 2.05, -2.28]\nrotation = [22.957, 0, 0]\nfield of view = 60",
        '{"fov": 60, "Tx": 0, "Ty": "2.05", "Tz": -2.28, "Rx": 22.957, "Ry": 0, "Rz": 0}',
        "0 205e-2 -2.28 22.957 -0 +0 6.0e1",
    ],
)
def test_the_same_camera_in_many_hands(text: str) -> None:
    assert view_from_pasted(text) == SAMPLE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "seven numbers, Tx Ty Tz Rx Ry Rz fov, not 0"),
        ("0 2.05 -2.28 22.957 0 0", "not 6"),
        ("hello world and five more words here", "Tx is 'hello', and that is no number"),
        ("0 2.05 -2.28 22.957 0 0 190", "between 0 and 180 degrees, and this is 190"),
        ("0 nan 0 0 0 0 60", "Ty is nan"),
        ('{"Tx": 1}', "Ty, Tz, Rx, Ry, Rz, fieldOfView is missing"),
        ('{"Tx": 1', "begins like JSON and is none"),
        ('{"Tx": [1], "Ty": 0, "Tz": 0, "Rx": 0, "Ry": 0, "Rz": 0, "fov": 60}', "Tx is '[1]'"),
    ],
)
def test_what_is_something_else_is_a_sentence(text: str, words: str) -> None:
    with pytest.raises(UnityError) as raised:
        view_from_pasted(text)
    assert words in str(raised.value)
