"""What could spoil ground truth in the window: an edit under an offer, a checked photo changed, a shoe laid down."""

from __future__ import annotations

from dataclasses import replace

from open_window import OpenWindow

from core.document.edit import Edit
from core.geometry.pose import Pose
from core.labels.instance import LAID_DOWN, Instance
from core.labels.photo import Status
from gui.proposals import PoseOffer, PoseOption, Proposal


def offered(place: OpenWindow) -> Proposal:
    """Another pose offered for the photo's one shoe, which is chosen."""
    shoe = place.only
    assert shoe.pose_estimate is not None
    moved = shoe.pose_estimate.pose.moved([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])
    made = shoe.with_pose_estimate(replace(shoe.pose_estimate, pose=moved, iou=0.99))
    offer = Proposal(-5, place.photo.id, "Fit pose", made, shoe, finished=True, camera=place.photo.camera)
    place.place.proposals.put(replace(offer, poses=PoseOffer((PoseOption(made),))))
    return offer


def test_an_edit_of_the_shoe_withdraws_what_is_offered_for_it(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    offered(on_photo)
    on_photo.session.use_tool("align")
    on_photo.key("Shift+Right")
    nudged = on_photo.only
    assert on_photo.place.proposals.shown == () and "withdrawn" in on_photo.notices[-1]
    on_photo.key("Return")
    assert on_photo.only is nudged


def test_an_offer_for_a_shoe_that_is_undone_goes_with_it(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    offered(on_photo)
    on_photo.session.commit(Edit.of("Delete", on_photo.photo, on_photo.photo.without_instance(shoe.id)))
    assert on_photo.place.proposals.shown == ()
    on_photo.key("Return")
    assert not on_photo.photo.instances


def test_a_checked_photo_whose_labels_change_waits_to_be_checked_again(on_photo: OpenWindow) -> None:
    on_photo.add_shoe()
    on_photo.key("Ctrl+Return")
    assert on_photo.photo.status is Status.CHECKED
    on_photo.key("K")  # a lock is no label
    on_photo.key("K")
    assert on_photo.photo.status is Status.CHECKED
    on_photo.session.use_tool("align")
    on_photo.key("Shift+Right")
    assert on_photo.photo.status is Status.LABELLED and on_photo.photo.review is None
    on_photo.key("Ctrl+Z")
    assert on_photo.photo.status is Status.CHECKED and on_photo.photo.review is not None


def test_a_shoe_that_was_only_laid_down_is_no_ground_truth(on_photo: OpenWindow) -> None:
    shoe = on_photo.add_shoe()
    on_photo.key("Ctrl+R")
    laid: Instance = on_photo.only
    assert laid.pose is not None and laid.true_pose is None
    assert laid.pose_estimate is not None and laid.pose_estimate.provenance == LAID_DOWN
    on_photo.session.use_tool("align")
    on_photo.key("Shift+Right")
    assert isinstance(on_photo.only.true_pose, Pose) and on_photo.only.id == shoe.id
