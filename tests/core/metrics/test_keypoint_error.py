from __future__ import annotations

import numpy as np
import pytest

from core.metrics.keypoint_error import normalised_error_percent, object_keypoint_similarity

TRUE = np.array([[10.0, 10], [50, 10], [90, 60]])


def test_normalised_error_counts_the_visible() -> None:
    found = TRUE + np.array([[3, 4], [0, 1], [100, 100]])
    assert normalised_error_percent(TRUE, found, visible=[1, 1, 0], scale_px=100) == pytest.approx(3.0)
    assert np.isnan(normalised_error_percent(TRUE, found, visible=[0, 0, 0], scale_px=100))
    with pytest.raises(ValueError, match="above 0 px"):
        normalised_error_percent(TRUE, found, visible=[1, 1, 1], scale_px=0)


def test_similarity_is_pycocotools_own() -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    sigmas = np.array([0.05, 0.03, 0.1])
    found = TRUE + np.array([[3, 4], [0, 2], [6, -5]])
    truth, guess = COCO(), COCO()
    flat = np.concatenate([TRUE, [[2], [1], [2]]], axis=1).reshape(-1).tolist()
    base = {"id": 1, "image_id": 1, "category_id": 1, "area": 4000.0, "bbox": [0, 0, 100, 80], "iscrowd": 0}
    images, categories = [{"id": 1}], [{"id": 1}]
    truth.dataset = {
        "images": images,
        "categories": categories,
        "annotations": [{**base, "keypoints": flat, "num_keypoints": 3}],
    }
    seen = np.concatenate([found, np.ones((3, 1))], axis=1).reshape(-1).tolist()
    guess.dataset = {
        "images": images,
        "categories": categories,
        "annotations": [{**base, "keypoints": seen, "score": 1.0}],
    }
    truth.createIndex()
    guess.createIndex()
    evaluation = COCOeval(truth, guess, "keypoints")
    evaluation.params.kpt_oks_sigmas = sigmas
    evaluation.evaluate()
    theirs = float(np.asarray(evaluation.ious[(1, 1)]).item())
    ours = object_keypoint_similarity(TRUE, found, labelled=[1, 1, 1], area_px2=4000.0, sigmas=sigmas)
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_similarity_of_nothing_and_of_everything() -> None:
    assert object_keypoint_similarity(TRUE, TRUE, labelled=[1, 1, 1], area_px2=100) == 1.0
    assert np.isnan(object_keypoint_similarity(TRUE, TRUE, labelled=[0, 0, 0], area_px2=100))
    with pytest.raises(ValueError, match="same"):
        object_keypoint_similarity(TRUE, TRUE[:2], labelled=[1, 1], area_px2=100)
    with pytest.raises(ValueError, match="above 0"):
        object_keypoint_similarity(TRUE, TRUE, labelled=[1, 1, 1], area_px2=0)
