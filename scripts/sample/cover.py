"""A hand that is held before the mouth."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

_FINE = 3  # drawn so many times as large, for smooth edges


def hand(size: tuple[int, int], mouth: tuple[float, float], half_width: float, skin: np.ndarray) -> Image.Image:
    """A picture of this size, clear but for four fingers and a palm over the mouth; all in pixels, `half_width` is the mouth's."""
    width, height = (side * _FINE for side in size)
    x, y, unit = mouth[0] * _FINE, mouth[1] * _FINE, half_width * _FINE
    shape = Image.new("L", (width, height))
    lines = Image.new("L", (width, height))  # where fingers touch it is darker
    draw, shade = ImageDraw.Draw(shape), ImageDraw.Draw(lines)
    thick = 0.62 * unit
    palm_left = x + 0.9 * unit
    for finger, reach in enumerate((1.5, 1.75, 1.65, 1.3)):
        middle = y + (finger - 1.5) * 0.92 * thick
        draw.rounded_rectangle((x - reach * unit, middle - thick / 2, palm_left + thick, middle + thick / 2), thick / 2, fill=255)
        if finger:
            edge = middle - 0.46 * thick
            shade.line((x - (reach - 0.2) * unit, edge, palm_left + 0.3 * unit, edge), fill=200, width=max(1, round(0.06 * unit)))
    draw.rounded_rectangle((palm_left, y - 2.1 * thick, x + 2.6 * unit, y + 2.3 * thick), 0.8 * thick, fill=255)

    shape = shape.resize(size, Image.LANCZOS)
    dark = np.asarray(lines.resize(size, Image.LANCZOS).filter(ImageFilter.GaussianBlur(0.04 * half_width)), np.float32) / 255
    soft = np.asarray(shape.filter(ImageFilter.GaussianBlur(0.18 * half_width)), np.float32) / 255
    light = (0.62 + 0.38 * soft) * (1 - 0.45 * dark)  # rounded: darker towards the edges
    pixels = Image.fromarray(np.clip(skin * light[..., None], 0, 255).astype(np.uint8))
    pixels.putalpha(shape)
    return pixels
