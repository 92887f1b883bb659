"""The text that stands in a BOP export and states its conventions."""

from __future__ import annotations

from collections.abc import Sequence

_TEXT = """\
# A dataset in BOP format, written by Outsole

## Objects
One obj_id for each shoe model, side and size; a left shoe is an object of its own (its mirrored mesh).
`outsole_objects.json` says which is which, with landmarks.

| obj_id | shoe |
| --- | --- |
{objects}

## Images
One scene for each image size within a set, so that every scene can be read into one array; `cam_K` belongs to an
image. Pictures are `rgb/NNNNNN{suffix}`; `camera.json` is the camera of the first image alone, for rendering.

| scene | images | width x height |
| --- | --- | --- |
{scenes}

## Conventions
- Lengths are millimetres. Model axes: x to the toe, y to the wearer's left, z up; the origin is the centre of the
  model's box. Camera axes: x right, y down, z forward.
- `cam_K`, `camera.json`: **the centre of the top-left pixel is (0, 0)**, as in OpenCV. In programs whose pixel
  (0, 0) begins at the picture's corner, as Outsole and COCO have it, cx and cy are larger by 0.5.
- Photos, masks and `cam_K` are undistorted: no lens coefficients are needed. Photos are upright (EXIF applied).
- `mask` is the whole rendered shoe as far as it lies in the photo, at pixel centres; `mask_visib` is that less what
  stands before it: legs, hands and ignore regions as drawn, other shoes as drawn, or
  as nearer by their pose where no outline decides. Visible masks do not overlap.
- `scene_gt_info.json`: `px_count_all` and `bbox_obj` include what reaches outside of the photo, up to its own width and
  height beyond each edge. Boxes are (x, y, last column - first column, last row - first row).
  There are no depth images: `px_count_valid` is 0, and `depth_scale` is 1 for readers that ask for it.
- `models_eval`, where evaluators look, holds the same meshes as `models`.
- `test_targets_bop19.json` asks for the shoes of `test`, or of `train` in a set that is not divided, of which at least
  a tenth is seen; `test_targets_bop24.json` names the images they are in.
- Only shoes with a pose and a model are in the set, so a photo can show shoes that are not annotated.
- No symmetries: a shoe has none. `outsole_scene.json` keeps what BOP has no word for, for reading the set back.

## In bop_toolkit
Its `dataset_params.py` must be told of a set of one's own: `obj_ids` are 1 to {last}, none is symmetric, `rgb_ext` is
`{suffix}`, `im_modalities` is `["rgb"]`; `scene_ids` and `im_size` stand in the table of scenes.
- It knows one `im_size`: where scenes differ, MSPD, which goes by the width, and what it renders suit one size alone.
- Without depth images there are no VSD errors, and `calc_gt_info.py` and `calc_gt_masks.py` cannot be run again.
- Its renderers count from a pixel's corner: hand them cx and cy larger by 0.5, or what they draw lies half a pixel to
  the upper left.
"""


def dataset_info(
    objects: Sequence[tuple[int, str]], scenes: Sequence[tuple[str, tuple[int, int], int]], *, suffix: str
) -> str:
    """dataset_info.md: objects are (obj_id, description), scenes (folder, (width, height), number of images)."""
    object_rows = "\n".join(f"| {number} | {description} |" for number, description in objects)
    scene_rows = "\n".join(f"| {folder} | {count} | {width} x {height} |" for folder, (width, height), count in scenes)
    return _TEXT.format(objects=object_rows, scenes=scene_rows, suffix=suffix, last=len(objects))
