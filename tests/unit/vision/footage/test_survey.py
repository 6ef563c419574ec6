"""What looks like lettering in a frame of a clip."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vision.footage.survey import text_lines


@pytest.mark.parametrize("size", [0.45, 1.1])
def test_lines_in_the_cells_of_a_table_are_seen(size: float) -> None:
    table = np.full((360, 640), 190, np.uint8)
    pitch = round(52 * size)
    for row in range(4):
        top = 60 + row * pitch
        cv2.rectangle(table, (60, top), (580, top + pitch), 40, 1)
        spot = (72, top + round(36 * size))
        cv2.putText(
            table, "SER NO 4711-08", spot, cv2.FONT_HERSHEY_SIMPLEX, size, 60, 1 + (size > 1)
        )
    lines = text_lines(table)
    rows = {(line.y + line.height // 2 - 60) // pitch for line in lines}
    assert rows == {0, 1, 2, 3}
    assert text_lines(np.full((360, 640), 190, np.uint8)) == []
