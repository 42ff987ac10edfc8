"""What the scripts share that write data sets laid out as they are published: computed pictures, and what must come out."""

import hashlib
import json
import os
import sys

import numpy as np
from PIL import Image

root = sys.argv[1]

def pictures(count, seed, height=8, width=8, channels=3):
    """Smooth, each different, none of them symmetric."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    out = np.zeros((count, height, width, channels), np.uint8)
    for i in range(count):
        for c in range(channels):
            a, b, shift = random.uniform(0.05, 0.5), random.uniform(0.05, 0.5), random.uniform(0, 6)
            out[i, :, :, c] = 127 + 60 * np.sin(a * y + shift) + 60 * np.cos(b * x * 1.3 + shift * c)
        out[i, : max(1, height // 6), : max(1, width // 3)] = 9 + (i * 37) % 240
        out[i, -1, 0], out[i, 0, -1] = 255, 0
    return out


def digest(image):
    return hashlib.sha256(np.ascontiguousarray(image).tobytes()).hexdigest()[:16]


def parts(images, classes):
    return [[str(label), digest(image)] for image, label in zip(images, classes)]


class Published:
    """A data set that is being written."""

    def __init__(self, name):
        self.name, self.expected = name, {"train": [], "test": []}

    def path(self, relative):
        full = os.path.join(root, self.name, "data", relative)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        return full

    def picture(self, relative, seed, label=None, split="train", **save):
        image = pictures(1, seed)[0]
        Image.fromarray(image).save(self.path(relative), **save)
        if label is not None:
            self.expected[split] += parts([image], [label])

    def text(self, relative, content):
        with open(self.path(relative), "w") as file:
            file.write(content)

    def arrays(self, split, images, classes):
        self.expected[split] += parts(images, classes)

    def done(self, **more):
        """`more`: notes, of which each must be in one; or refused, which must be in the sentence."""
        with open(os.path.join(root, self.name, "expected.json"), "w") as file:
            json.dump({**self.expected, **more}, file)


