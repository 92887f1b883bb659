"""Any run of edits, undos, redos and restarts, against a model of a document that is nothing but a list of states."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from label_strategies import cameras, categories, instances, models

from core.document.document import Document
from core.document.edit import Change, Edit, Value
from core.labels.instance import Instance
from core.labels.photo import Photo, PhotoEntry, Status, guessed_camera
from core.labels.project import DEFAULT_CATEGORIES, Category
from core.labels.shoe_model import ShoeModel
from core.storage.database import create_project, open_project

# 400 runs were made when this was written; a few are enough to notice what breaks.
RUNS = int(os.environ.get("OUTSOLE_MACHINE_RUNS", "20"))

Key = tuple[type, str]
State = dict[Key, Value]
KEYS: list[Key] = [(Photo, "p"), (Photo, "q"), (ShoeModel, "m"), (Category, "sneaker"), (Category, "x")]


class DocumentMachine(RuleBasedStateMachine):
    """Does to a document and to a list of states the same things, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "shoes.outsole"
        self.now_s = 0.0
        self.store = create_project(self.path)
        self.document = Document(self.store, clock=lambda: self.now_s)
        self.states: list[State] = [{(Category, one.id): one for one in DEFAULT_CATEGORIES}]
        self.at = 0
        self.merge_key: str | None = None

    @rule(data=st.data(), keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True))
    def commit(self, data: st.DataObject, keys: list[Key]) -> None:
        changes = tuple(data.draw(changes_of(key, self.current(key)), label=str(key)) for key in keys)
        merge_key = data.draw(st.sampled_from([None, "k", "l"]))
        self.document.commit(Edit("Change", changes, merge_key))
        after = dict(self.states[self.at])
        for key, (_, value) in zip(keys, changes, strict=True):
            if value is None:
                del after[key]
            else:
                after[key] = value
        if merge_key is not None and merge_key == self.merge_key and not self.is_as_one_step_ago(after):
            self.states[self.at :] = [after]
        else:
            self.states[self.at + 1 :] = [after]
            self.at += 1
        self.merge_key = merge_key

    @rule()
    def wait(self) -> None:
        self.now_s += 1.0
        self.merge_key = None

    @rule()
    def undo(self) -> None:
        done = self.document.undo()
        assert (done is not None) == (self.at > 0)
        if done is not None:
            self.at -= 1
            self.merge_key = None

    @precondition(lambda self: self.at + 1 < len(self.states))
    @rule()
    def undo_and_redo_bring_the_same_objects(self) -> None:
        assert self.document.redo() is not None
        loaded = {key: self.document.photo(key[1]) for key in KEYS[:2] if self.document.is_loaded(key[1])}
        self.document.undo()
        self.document.redo()
        for (_, photo_id), photo in loaded.items():
            assert self.document.photo(photo_id) is photo
        self.at += 1
        self.merge_key = None

    @rule()
    def redo(self) -> None:
        done = self.document.redo()
        assert (done is not None) == (self.at + 1 < len(self.states))
        if done is not None:
            self.at += 1
            self.merge_key = None

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = open_project(self.path)
        self.document = Document(self.store, clock=lambda: self.now_s)
        self.merge_key = None

    @rule()
    def look_at_everything(self) -> None:
        for key, value in self.states[self.at].items():
            assert self.current(key) == value

    @invariant()
    def the_index_is_right(self) -> None:
        state = self.states[self.at]
        photos = sorted(
            (value for value in state.values() if isinstance(value, Photo)), key=lambda p: (p.position, p.id)
        )
        project = self.document.project
        assert list(project.entries.items()) == [(photo.id, PhotoEntry.of(photo)) for photo in photos]
        assert project.models == {one.id: one for one in state.values() if isinstance(one, ShoeModel)}
        assert project.categories == {one.id: one for one in state.values() if isinstance(one, Category)}
        assert list(project.categories.values()) == sorted(
            project.categories.values(), key=lambda c: (c.position, c.id)
        )
        history = self.document.history
        assert (len(history.done), len(history.undone)) == (self.at, len(self.states) - 1 - self.at)
        for photo in photos:
            if self.document.is_loaded(photo.id):
                assert self.document.photo(photo.id) == photo

    def teardown(self) -> None:
        self.restart()
        self.look_at_everything()
        self.store.close()
        self.folder.cleanup()

    def current(self, key: Key) -> Value | None:
        kind, name = key
        if kind is Photo:
            return self.document.photo(name) if name in self.document.project.entries else None
        return (self.document.project.models if kind is ShoeModel else self.document.project.categories).get(name)

    def is_as_one_step_ago(self, after: State) -> bool:
        before = self.states[self.at - 1]
        return all(before.get(key) is after.get(key) for key in before.keys() | after.keys())


def changes_of(key: Key, before: Value | None) -> st.SearchStrategy[Change]:
    kind, name = key
    after: st.SearchStrategy[Value | None]
    if isinstance(before, Photo):
        after = changed_photos(before)
    elif kind is Photo:
        blank = Photo(name, f"{name}.jpg", (640, 480), guessed_camera(640, 480))
        after = changed_photos(blank).map(lambda photo: photo or blank)
    elif kind is ShoeModel:
        after = models.map(lambda model: replace(model, id=name))
    else:
        after = categories.map(lambda category: replace(category, id=name))
    if before is not None:
        after = after | st.none()
    return after.map(lambda value: (before, value))


@st.composite
def changed_photos(draw: st.DrawFn, before: Photo) -> Photo:
    """The photo with instances put in (of ids used before, too), taken out, changed, reordered; or another header."""
    left = [one for one in before.instances if draw(st.integers(0, 3))]
    for instance in draw(st.lists(instances, max_size=3)):
        name = draw(st.sampled_from("abcd"))
        where = [place for place, one in enumerate(left) if one.id == name]
        renamed: Instance = replace(instance, id=name)
        if where:
            left[where[0]] = renamed
        else:
            left.insert(draw(st.integers(0, len(left))), renamed)
    if draw(st.integers(0, 4)) == 0:
        left = draw(st.permutations(left))
    after = replace(before, instances=tuple(left))
    if draw(st.booleans()):
        header = {"status": draw(st.sampled_from(Status)), "position": draw(st.integers(0, 5))}
        after = replace(after, **header, camera=draw(cameras))
    return after


DocumentMachine.TestCase.settings = settings(
    max_examples=RUNS,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
test_a_document_is_a_list_of_states = DocumentMachine.TestCase
