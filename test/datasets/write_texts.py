"""Writes small data sets whose images are text, by Python's own modules, and what they must be read as; see write_published.py."""

import json

from published import Published, pictures

names = ["cat", "dog", "fox"]


def json_lists():
    made = Published("json-a-class-each")
    for c in range(3):
        images = pictures(3 + c, 182 + c, 8, 8, 1)[..., 0]
        with open(made.path(f"digits/{c}.json"), "w") as file:
            json.dump({"data": [*images.reshape(-1, 64).tolist(), *([[]] if c == 1 else [])]}, file)
        made.arrays("train", images, [str(c)] * len(images))
    made.text("index.html", "<!DOCTYPE html><html><body>Digits</body></html>")
    made.text("digits.js", "module.exports = [0, 1, 2].map((digit) => require(`./digits/${digit}.json`));")
    made.text("package.json", '{"name": "digits"}')
    made.done(notes=["1 empty row is left out", "Classes are taken from the names of the files", "index.html is a web page and is left out"])

    made = Published("json-a-class-each-without-rows")
    for s, split in enumerate(("train", "test")):
        for c, label in enumerate(names):
            images = pictures(4 - s + c, 186 + c + 10 * s, 28, 28, 1)[..., 0]
            with open(made.path(f"{split}/{label}.json"), "w", encoding="utf-8-sig") as file:
                json.dump((images / 255).ravel().tolist(), file, indent=1)
            made.arrays(split, images, [label] * len(images))
    made.done(notes=["Lists without rows are read as images of 28 × 28"])

    made = Published("json-a-class-each-of-pixels")
    for c, label in enumerate(names):
        images = pictures(3, 206 + c, 6, 9)
        with open(made.path(f"{label}.json"), "w") as file:
            json.dump({"label": label, "shape": "6x9", "images": images.tolist(), "done": True}, file)
        made.arrays("train", images, [label] * 3)
    made.text("labels.json", json.dumps(list(range(40))))
    made.done(notes=["labels.json is no class, and is left out"])

    made = Published("json-of-no-square")
    for label in names:
        made.text(f"{label}.json", json.dumps(list(range(4321))))
    made.done(refused="are no whole number of square images of one size")


json_lists()
