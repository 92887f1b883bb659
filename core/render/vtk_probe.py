"""`python -m core.render.vtk_probe` draws a triangle off screen and prints who drew it: a child, for it may crash."""

from __future__ import annotations

import json
import sys

SIDE_PX = 32


def main() -> int:
    """Draw, look at the middle pixel, and say so as JSON."""
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 (makes the window a real one)
    from vtkmodules.vtkCommonCore import vtkUnsignedCharArray, vtkVersion
    from vtkmodules.vtkFiltersSources import vtkRegularPolygonSource
    from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer, vtkRenderWindow

    triangle, mapper, actor = vtkRegularPolygonSource(), vtkPolyDataMapper(), vtkActor()
    triangle.SetNumberOfSides(3)
    mapper.SetInputConnection(triangle.GetOutputPort())
    actor.SetMapper(mapper)
    actor.GetProperty().SetLighting(False)
    renderer, window = vtkRenderer(), vtkRenderWindow()
    renderer.AddActor(actor)
    renderer.SetBackground(0.0, 0.0, 0.0)
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)
    window.SetSize(SIDE_PX, SIDE_PX)
    window.AddRenderer(renderer)
    window.Render()
    middle, pixels = SIDE_PX // 2, vtkUnsignedCharArray()
    window.GetRGBACharPixelData(middle, middle, middle, middle, 0, pixels, 0)
    lines = (line.partition(":") for line in str(window.ReportCapabilities()).splitlines())
    told = {name.strip(): text.strip() for name, _, text in lines}
    answer = {
        "version": vtkVersion.GetVTKVersion(),
        "window": window.GetClassName(),
        "renderer": told.get("OpenGL renderer string", ""),
        "opengl": told.get("OpenGL version string", ""),
        "drawn": pixels.GetNumberOfValues() >= 3 and pixels.GetValue(0) > 200,
    }
    print(json.dumps(answer), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
