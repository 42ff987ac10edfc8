"""Writes resampling.safetensors with Pillow, the reference that src/datasets/preparation/resample.ts is tested against.

    pip install pillow safetensors numpy
    python write_resampling.py
"""

from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import save_file

rng = np.random.default_rng(1)
# From and to: (height, width); the box in the input is (left, top, right, bottom).
CASES = {
    "larger": ((28, 28), (32, 40), None),
    "smaller": ((37, 53), (9, 16), None),
    "much smaller": ((200, 150), (7, 5), None),
    "one axis": ((20, 20), (20, 11), None),
    "to a pixel": ((13, 17), (1, 1), None),
    "from a pixel": ((1, 1), (5, 4), None),
    "part": ((40, 60), (32, 32), (10, 0, 50, 40)),
    "fraction": ((31, 47), (16, 16), (8.25, 0.5, 38.75, 30.5)),
}

tensors = {}
for name, ((height, width), (to_height, to_width), box) in CASES.items():
    for mode, channels in (("L", 1), ("RGB", 3)):
        # Half noise, half extremes, so that rounding and clipping are both met.
        pixels = rng.integers(0, 256, (height, width, channels), dtype=np.uint8)
        pixels[rng.random(pixels.shape) < 0.5] = 255
        image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels, mode)
        resized = np.asarray(image.resize((to_width, to_height), Image.BILINEAR, box)).reshape(to_height, to_width, channels)
        grey = np.asarray(image.convert("L")).reshape(height, width, 1)
        left, top, right, bottom = box or (0, 0, width, height)
        tensors[f"{name} {mode} box"] = np.array([top, left, bottom, right], dtype=np.float64)
        tensors[f"{name} {mode} from"] = pixels
        tensors[f"{name} {mode} to"] = resized.copy()
        tensors[f"{name} {mode} grey"] = grey.copy()
save_file(tensors, Path(__file__).with_name("resampling.safetensors"))
