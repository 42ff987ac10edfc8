"""Writes small data sets laid out as they are published, and beside each the images and classes that it must be read as.

The pictures are computed, so that the packages of the other fixtures are not needed; files are written by h5py, hdf5plugin,
SciPy, NumPy, Pillow and Python's own modules. Every set is a folder with data/ and expected.json. They are packed, so that the
tests need no Python:

    python3 test/datasets/write_published.py <folder>     (pip install numpy scipy pillow h5py hdf5plugin)
    python3 test/datasets/write_formats.py <folder>       (pip install pyarrow torch safetensors pydicom tifffile py7zr)
    python3 test/datasets/write_with_numpy.py <folder>    (pip install numpy pillow)
    node test/datasets/fixtures.ts <folder> test/datasets/published.bin
"""

import hashlib
import json
import os
import pickle
import struct

import h5py
import hdf5plugin
import numpy as np
import scipy.io
from PIL import Image

from published import Published, parts, pictures


def split_folders():
    names = [("train", "dev"), ("seg_train/seg_train", "seg_test/seg_test"), ("trainingSet", "testSet"), ("TrnImages", "TstImages"), ("1_Training", "2_Validation"), ("birds_training_set", "birds_holdout_set"), ("data_tr_64", "data_te_64")]
    for n, (train, test) in enumerate(names):
        made = Published(f"splits-{n}")
        for s, (split, folder) in enumerate((("train", train), ("test", test))):
            for c, label in enumerate(("cat", "dog")):
                for i in range(3 - s):
                    made.picture(f"{folder}/{label}/{i}.png", 1000 * s + 100 * c + i, label, split)
        made.done()


def folders():
    made = Published("folders-unlabelled-and-sample")
    for c, label in enumerate(("0", "1")):
        for i in range(3):
            made.picture(f"trainSet/trainSet/{label}/{i}.png", 100 * c + i, label)
            made.picture(f"trainSample/{label}/{i}.png", 100 * c + i)
        made.picture(f"testSet/{label}/0.png", 500 + c, label, "test")
    for i in range(2):
        made.picture(f"set_pred/set_pred/{i}.png", 900 + i)
    made.done(notes=["2 images in set_pred/set_pred", "6 images in trainSample are a sample"])

    made = Published("folders-copy")
    for folder in ("lungs", "lungs/lungs"):
        for s, split in enumerate(("train", "test")):
            for c, label in enumerate(("ill", "well")):
                for i in range(2):
                    made.picture(f"{folder}/{split}/{label}/{i}.png", 1000 * s + 100 * c + i, label if folder == "lungs" else None, split)
    made.done(notes=["8 images in lungs/lungs are those beside it once more"])

    made = Published("folders-masks")
    for c, label in enumerate(("ill", "well")):
        for i in range(4):
            made.picture(f"scans/{label}/images/{i}.png", 100 * c + i, label)
            made.picture(f"scans/{label}/masks/{i}.png", 700 + 100 * c + i)
    made.done(notes=["8 images in scans are masks"])

    made = Published("folders-levels")
    for alphabet in ("Greek", "Latin"):
        for letter in ("a", "b"):
            for i in range(2):
                made.picture(f"background/{alphabet}/letter-{letter}{alphabet[0]}/{i}.png", ord(letter) * 100 + ord(alphabet[0]) * 10 + i, alphabet)
    made.done(notes=["Greek, Latin in background are taken for the classes; the 4 folders below"])

    made = Published("folders-class-called-train")
    for c, label in enumerate(("car", "plane", "train")):
        for i in range(3):
            made.picture(f"{label}/{i}.png", 100 * c + i, label)
    made.done()

    made = Published("folders-case")
    for s, (split, names) in enumerate((("train", ("Cat", "Dog")), ("test", ("cat", "DOG")))):
        for c, folder in enumerate(names):
            made.picture(f"{split}/{folder}/0.png", 100 * c + s, ("Cat", "Dog")[c], split)
    made.done()


def hdf5():
    x, y = pictures(12, 1), np.arange(12) % 3
    filters = {
        "blosc": hdf5plugin.Blosc(),
        "blosc2": hdf5plugin.Blosc2(),
        "bzip2": hdf5plugin.BZip2(),
        "zstd": hdf5plugin.Zstd(),
        "lz4": hdf5plugin.LZ4(),
        "bitshuffle": hdf5plugin.Bitshuffle(),
        "lzf": {"compression": "lzf", "shuffle": True},
        "scaleoffset": {"scaleoffset": 0},
        "fletcher32": {"fletcher32": True},
    }
    for name, options in filters.items():
        made = Published(f"hdf5-{name}")
        with h5py.File(made.path("set.h5"), "w") as file:
            file.create_dataset("images", data=x, chunks=(5, 8, 8, 3), **options)
            file["labels"] = y
        made.arrays("train", x, y)
        made.done()

    made = Published("hdf5-half-floats")
    with h5py.File(made.path("set.h5"), "w") as file:
        file["images"], file["labels"] = (x / 255).astype("f2"), y.reshape(12, 1, 1, 1)
    made.arrays("train", x, y)
    made.done()

    made = Published("hdf5-unknown-filter")
    with h5py.File(made.path("set.h5"), "w") as file:
        file.create_dataset("images", data=pictures(12, 1, 16, 16, 1)[..., 0].astype("f4"), chunks=(12, 16, 16), **hdf5plugin.Sperr(rate=16))
        file["labels"] = y
    made.done(refused="it is compressed with the filter 32028")

    made = Published("hdf5-virtual")
    with h5py.File(made.path("part/pixels.h5"), "w") as file:
        file["pixels"] = x
    layout = h5py.VirtualLayout(x.shape, "u1")
    layout[:] = h5py.VirtualSource("part/pixels.h5", "pixels", x.shape)
    with h5py.File(made.path("set.h5"), "w") as file:
        file.create_virtual_dataset("images", layout)
        file["labels"] = y
    os.remove(made.path("part/pixels.h5"))
    made.done(refused="is put together from other files, such as part/pixels.h5")

    made = Published("hdf5-external")
    with h5py.File(made.path("set.h5"), "w") as file:
        file.create_dataset("images", x.shape, "u1", external=[(os.path.basename(made.path("raw.bin")), 0, x.size)])
        file["labels"] = y
    made.done(refused="is damaged, or lies in a file of its own")

    made = Published("hdf5-damaged-chunk")
    with h5py.File(made.path("set.h5"), "w") as file:
        file.create_dataset("images", data=x, chunks=(4, 8, 8, 3), compression="gzip")
        file["labels"] = y
        place = file["images"].id.get_chunk_info(1).byte_offset
    with open(made.path("set.h5"), "r+b") as file:
        file.seek(place)
        file.write(b"\xff" * 40)
    made.done(refused="is damaged, or lies in a file of its own")


def matlab():
    y = np.arange(12) % 3

    made = Published("mat-affnist")
    for batch in range(3):
        x = pictures(12, 10 + batch, 8, 8, 1)
        split, name = ("train", f"training_batches/{batch + 1}.mat") if batch < 2 else ("test", "test_batches/1.mat")
        data = {"affine": np.random.default_rng(batch).random((9, 12)), "image": x.reshape(12, 64).T, "label_int": y[None].astype("u1"), "label_one_of_n": np.eye(3)[y].T}
        scipy.io.savemat(made.path(name), {"affNISTdata": data}, do_compression=True)
        made.arrays(split, x, y)
    made.done()

    made = Published("mat-emnist")
    both = {}
    for s, split in enumerate(("train", "test")):
        x = pictures(12, 20 + s, 28, 28, 1)
        both[split] = {"images": x[..., 0].transpose(0, 2, 1).reshape(12, 784), "labels": y[:, None].astype(float) + 1, "writers": np.arange(12)[:, None]}
        made.arrays(split, x, y + 1)
    scipy.io.savemat(made.path("emnist-letters.mat"), {"dataset": both}, do_compression=True)
    made.done(notes=["column by column, which are turned upright"])

    made = Published("mat-stl10")
    for s, split in enumerate(("train", "test")):
        x = pictures(10, 30 + s, 96, 96)
        x[:] = x // 64 * 64
        scipy.io.savemat(made.path(f"{split}.mat"), {"X": x.transpose(0, 3, 2, 1).reshape(10, -1), "y": np.arange(1, 11, dtype="u1")[:, None]}, do_compression=True)
        made.arrays(split, x, range(1, 11))
    made.done(notes=["column by column, which are turned upright"])


def others():
    y = np.arange(12) % 3

    made = Published("idx-emnist")
    for s, split in enumerate(("train", "test")):
        x = pictures(12, 40 + s, 8, 8, 1)
        for kind, array in (("images", x[..., 0].transpose(0, 2, 1)), ("labels", y.astype("u1"))):
            with open(made.path(f"emnist-digits-{split}-{kind}-idx{array.ndim}-ubyte"), "wb") as file:
                file.write(struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes())
        made.arrays(split, x, y)
    made.done(notes=["turned upright"])

    for name, batches in (("pickle-val", ("train_data_batch_1", "train_data_batch_2", "val_data")), ("pickle-val-and-test", ("train_batch", "val_batch", "test_batch"))):
        made = Published(name)
        for b, batch in enumerate(batches):
            x = pictures(6, 50 + b, 32, 32) // 64 * 64
            with open(made.path(batch), "wb") as file:
                pickle.dump({b"data": x.transpose(0, 3, 1, 2).reshape(6, -1), b"labels": [0, 1, 2] * 2}, file, 2)
            split = "train" if batch.startswith("train") else "test"
            if batch != "val_batch":
                made.arrays(split, x, [0, 1, 2] * 2)
        made.done(**({"notes": ["6 validation images are left out"]} if len(made.expected["train"]) == 6 else {}))

    made = Published("npy-shards")
    for shard in range(3):
        x, labels = pictures(12, 60 + shard, channels=1), np.random.default_rng(shard).permutation(y)
        np.save(made.path(f"x_train_{shard}.npy"), x)
        np.save(made.path(f"y_train_{shard}.npy"), labels)
        made.arrays("train", x, labels)
    x = pictures(6, 69, channels=1)
    np.save(made.path("x_test.npy"), x)
    np.save(made.path("y_test.npy"), y[:6])
    made.arrays("test", x, y[:6])
    made.done()

    made = Published("npy-more-of-one-shape")
    for name in ("blur", "frost"):
        np.save(made.path(f"{name}.npy"), pictures(12, len(name)))
    np.save(made.path("labels.npy"), y)
    made.arrays("train", pictures(12, 4), y)
    made.done(notes=["1 more array of such images, frost, is left out; blur is read."])

    x = pictures(12, 70)
    made = Published("range-of-two-kinds")
    np.savez_compressed(made.path("set.npz"), x_train=x, y_train=y, x_test=(x / 255).astype("f4"), y_test=y)
    made.arrays("train", x, y)
    made.arrays("test", x, y)
    made.done(notes=["Range: one part of the images is of 0 to 1 and another of 0 to 255"])

    made = Published("range-a-little-below")
    floats = (x / 255).astype("f4")
    floats[x == 0] = -0.013
    floats[x == 255] = 1.02
    np.savez_compressed(made.path("set.npz"), x=floats, y=y)
    made.arrays("train", x, y)
    made.done(notes=["are cut off at 0, black, and 1, white"])

    for name, most, deep in (("range-12-bits", 4095, "u2"), ("range-0-to-16", 16, "u1")):
        made = Published(name)
        values = np.rint(x / 255 * most).astype(deep)
        np.savez_compressed(made.path("set.npz"), x=values, y=y)
        made.arrays("train", np.floor(values / most * 255 + 0.5).astype("u1"), y)
        made.done(notes=[f"Range: whole numbers of 0 to {most} are read as 0, black, to {most}, white."])

    def classes(made):
        for c, label in enumerate(("cat", "dog")):
            for i in range(3):
                made.picture(f"{label}/{i}.png", 100 * c + i, label)

    made = Published("stray-weights")
    classes(made)
    with h5py.File(made.path("model.h5"), "w") as file:
        file["dense/kernel"], file["dense/bias"] = np.ones((64, 10)), np.ones(10)
    made.done(notes=["Left out, as no data set (MATLAB or HDF5)"])

    made = Published("stray-list")
    classes(made)
    made.text("classes.json", '["cat", "dog"]')
    made.done()

    made = Published("stray-list-that-fits-rows")
    classes(made)
    made.text("predictions.json", json.dumps([0, 1] * 24))
    made.done()

    made = Published("stray-sums")
    classes(made)
    made.text("SHA1SUMS", "".join(f"{hashlib.sha1(bytes([c, i])).hexdigest()}  {label}/{i}.png\n" for c, label in enumerate(("cat", "dog")) for i in range(3)))
    made.done(notes=["Left out, as no data set (list of image files)"])

    made = Published("stray-picture")
    x = pictures(12, 80, channels=1)
    made.text("digits_train.csv", "".join(f"{label}," + ",".join(map(str, image.ravel())) + "\n" for image, label in zip(x, y)))
    made.picture("poster.png", 81)
    made.arrays("train", x, y)
    made.done(notes=["Left out, as no data set (image folders)"])


def lists():
    made = Published("list-one-hot")
    for i in range(9):
        made.picture(f"pictures/{i}.png", 200 + i, ("cat", "dog", "fox")[i % 3])
    made.text("truth.csv", "image,cat,dog,fox\n" + "".join(f"{i},{int(i % 3 == 0)}.0,{int(i % 3 == 1)}.0,{int(i % 3 == 2)}.0\n" for i in range(9)))
    made.done()

    made = Published("list-several-classes")
    for i in range(9):
        made.picture(f"pictures/{i}.png", 200 + i)
    made.text("truth.csv", "image,cat,dog,fox\n" + "".join(f"{i},1,{i % 2},0\n" for i in range(9)))
    made.done(refused="has not exactly one 1 in its 3 columns of classes")

    made = Published("list-with-ids")
    for i in range(12):
        made.picture(f"pictures/{i}.png", 200 + i, ("mole", "wart")[i // 2 % 2])
    made.text("truth.csv", "lesion_id,image_id,dx\n" + "".join(f"L{i // 2},{i},{('mole', 'wart')[i // 2 % 2]}\n" for i in range(12)))
    made.done()

    made = Published("list-in-each-split")
    for s, split in enumerate(("train", "test")):
        for i in range(4 - s):
            made.picture(f"{split}/{i}.png", 300 + 10 * s + i, ("cat", "dog")[i % 2], split)
        made.text(f"{split}/metadata.csv", "file_name,label\n" + "".join(f"{i}.png,{('cat', 'dog')[i % 2]}\n" for i in range(4 - s)))
    made.done()

    made = Published("list-of-validation-alone")
    for c, label in enumerate(("n01", "n02")):
        for i in range(4):
            made.picture(f"train/{label}/images/{i}.png", 400 + 10 * c + i, label)
    for i in range(4):
        made.picture(f"val/images/val_{i}.png", 450 + i, f"n0{i % 2 + 1}", "test")
    made.text("val/val_annotations.txt", "".join(f"val_{i}.png\tn0{i % 2 + 1}\t0\t3\n" for i in range(4)))
    made.done(notes=["4 images that lie in no class's folder have their classes from lists"])


lists()
split_folders()
folders()
hdf5()
matlab()
others()
