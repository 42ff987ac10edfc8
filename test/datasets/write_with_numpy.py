"""Writes small data sets with Python's own modules and NumPy alone, and what they must be read as; see write_published.py."""

import json
import struct

import numpy as np

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

def idx():
    made = Published("idx-of-0-and-1")
    for s, split in enumerate(("train", "test")):
        images, labels = (pictures(6 - s, 220 + s, 8, 8, 1)[..., 0] > 127).astype(np.uint8), (np.arange(6 - s) % 3).astype(np.uint8)
        for part, array in (("images", images), ("labels", labels)):
            with open(made.path(f"{split}-{part}-idx{array.ndim}-ubyte"), "wb") as file:
                file.write(struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape) + array.tobytes())
        made.arrays(split, images * 255, labels)
    made.done(notes=["Range: 0 is black, 1 white"])


def columns_among_pixels():
    images, labels = pictures(12, 230, 4, 4, 1), np.arange(12) % 3
    pixels = [f"pixel{i}" for i in range(16)]
    use = ["train"] * 8 + ["test"] * 4
    judged = ["Training"] * 8 + ["PublicTest"] * 2 + ["PrivateTest"] * 2
    rows = images.reshape(12, 16).tolist()
    forms = {
        "usage-behind-label": (["emotion", "Usage", *pixels], lambda i: [labels[i], judged[i], *rows[i]], judged),
        "split-first": (["split", "label", *pixels], lambda i: [use[i], labels[i], *rows[i]], use),
        "split-last": (["label", *pixels, "split"], lambda i: [labels[i], *rows[i], use[i]], use),
        "split-and-label-last": ([*pixels, "split", "label"], lambda i: [*rows[i], use[i], labels[i]], use),
        "split-in-the-middle": (["label", *pixels[:8], "usage", *pixels[8:]], lambda i: [labels[i], *rows[i][:8], use[i], *rows[i][8:]], use),
        "split-without-names": (None, lambda i: [use[i], labels[i], *rows[i]], use),
        "is-train": (["id", "label", "is_train", *pixels], lambda i: [100 + 7 * i, labels[i], int(i < 8), *rows[i]], use),
    }
    for form, (header, line, parts) in forms.items():
        made = Published(f"csv-{form}")
        lines = ([header] if header else []) + [line(i) for i in range(12)]
        made.text("images.csv", "".join(",".join(map(str, fields)) + "\n" for fields in lines))
        for split, names in (("train", ("train", "Training")), ("test", ("test", "PrivateTest"))):
            chosen = [i for i in range(12) if parts[i] in names]
            made.arrays(split, images[chosen], labels[chosen])
        made.done(notes=["2 validation images are left out"] if parts is judged else [])

    made = Published("csv-of-western-windows")
    words = ["Füchse", "Hühner", "Katzen"]
    with open(made.path("images.csv"), "w", encoding="cp1252", newline="\r\n") as file:
        file.write("".join(";".join([words[labels[i]], *map(str, rows[i])]) + "\n" for i in range(12)))
    made.arrays("train", images, [words[label] for label in labels])
    made.done()


def folders():
    for form, name in (("class-before-split", "{0}_{1}"), ("split-before-class", "{1}-{0}"), ("digits-before-split", "{2} {1}")):
        made = Published(f"folders-{form}")
        for s, split in enumerate(("train", "test")):
            for c, label in enumerate(names):
                for i in range(3 - s):
                    shown = str(c) if "2" in name else label
                    made.picture(f"{name.format(label, split, c)}/{i}.png", 3000 + 1000 * s + 100 * c + i, shown, split)
        made.done(notes=["Folders are called after a class and a part"])

    made = Published("folders-masks-beside")
    for c, label in enumerate(("benign", "malignant")):
        for i in range(4):
            made.picture(f"Dataset/{label}/{label} ({i + 1}).png", 3500 + 10 * c + i, label)
            made.picture(f"Dataset/{label}/{label} ({i + 1})_mask.png", 3600 + 10 * c + i)
            made.picture(f"Dataset/{label}/thumbs/{i}.png", 3700 + 10 * c + i)
    made.done(notes=["8 images, such as Dataset/benign/benign (1)_mask.png, are masks or the like", "8 images in Dataset are masks or the like"])

    made = Published("folders-divided-by-a-column")
    for c, label in enumerate(names):
        for i in range(4):
            made.picture(f"images/{label}/{label}_{i}.png", 3800 + 10 * c + i, label, "train" if i < 3 else "test")
    made.text("split.csv", "path,split\n" + "".join(f"images/{label}/{label}_{i}.png,{'train' if i < 3 else 'test'}\n" for label in names for i in range(4)))
    made.done(notes=["Lists beside the images say which are for training"])


def attributes():
    random = np.random.default_rng(5)
    words = ["Bald", "Male", "Smiling", "Young"]
    marks = random.random((24, 4)) < [0.1, 0.6, 0.5, 0.8]
    marks[:, 1], marks[:, 2] = np.arange(24) % 3, np.arange(24) % 2
    for form in ("text", "table"):
        made = Published(f"attributes-in-{form}")
        for i in range(24):
            split = ("train", None, "test")[(i >= 16) + (i >= 20)]
            made.picture(f"img_align/{i + 1:06}.png", 260 + i, ("not Smiling", "Smiling")[int(marks[i, 2])] if split else None, split)
        cells = [[f"{i + 1:06}.png", *(str(int(mark) if form == "table" else 2 * int(mark) - 1) for mark in marks[i])] for i in range(24)]
        part = [f"{i + 1:06}.png {(i >= 16) + (i >= 20)}" for i in range(24)]
        if form == "text":
            made.text("list_attr.txt", f"24\n{' '.join(words)} \n" + "".join("  ".join(fields).replace("  -", " -") + "\n" for fields in cells))
            made.text("list_eval_partition.txt", "".join(f"{line}\n" for line in part))
            made.text("identity.txt", "".join(f"{i + 1:06}.png {i % 7 + 100}\n" for i in range(24)))
            said = ['"identity.txt" (the 7 classes of identity.txt)']
        else:
            made.text("list_attr.csv", "image_id," + ",".join(words) + "\n" + "".join(",".join(fields) + "\n" for fields in cells))
            made.text("list_eval_partition.csv", "image_id,partition\n" + "".join(line.replace(" ", ",") + "\n" for line in part))
            said = []
        made.done(notes=['Choice of column: "Smiling"', "says which images are for training", "4 validation images are left out", *said])


json_lists()
columns_among_pixels()
folders()
attributes()
idx()
