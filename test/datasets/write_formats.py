"""Writes small data sets in further formats, each by the package that people use for it, and what they must be read as; see write_published.py."""

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import struct
import subprocess
import tarfile
import zipfile

import h5py
import numpy as np
import py7zr
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pydicom
import safetensors.numpy
import scipy.io
import tifffile
import torch
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

from published import Published, pictures

names = ["cat", "dog", "fox"]


def encoded(image, kind="PNG", **save):
    file = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(file, kind, **save)
    return file.getvalue()


def hugging_face(features):
    return {"huggingface": json.dumps({"info": {"features": features}})}


features = {"image": {"_type": "Image"}, "label": {"names": names, "_type": "ClassLabel"}}


def table(x, y):
    rows = {"image": [{"bytes": encoded(image), "path": None} for image in x], "label": [int(label) for label in y]}
    return pa.table(rows).replace_schema_metadata(hugging_face(features))


def columns():
    for compression in ("snappy", "gzip", "zstd", "brotli", "none"):
        made = Published(f"parquet-{compression}")
        for s, split in enumerate(("train", "test")):
            x, y = pictures(6 - 3 * s, 20 + s), np.arange(6 - 3 * s) % 3
            pq.write_table(table(x, y), made.path(f"data/{split}-00000-of-00001.parquet"), compression=compression, row_group_size=4)
            made.arrays(split, x, [names[label] for label in y])
        made.text("README.md", "---\nlicense: mit\n---\n")
        made.done()

    made = Published("parquet-shards-and-two-labels")
    for s in range(2):
        x, y = pictures(4, 30 + s), np.arange(4) % 2
        rows = table(x, y).append_column("coarse_label", pa.array([0, 0, 0, 1])).replace_schema_metadata(None)
        pq.write_table(rows, made.path(f"train-0000{s}-of-00002.parquet"))
        made.arrays("train", x, y)
    made.done(notes=['"coarse_label" (the column coarse_label)'])

    for name, write in (
        ("stream", lambda file, rows: pa.ipc.new_stream(file, rows.schema)),
        ("file", lambda file, rows: pa.ipc.new_file(file, rows.schema)),
        ("zstd", lambda file, rows: pa.ipc.new_stream(file, rows.schema, options=pa.ipc.IpcWriteOptions(compression="zstd"))),
    ):
        made = Published(f"arrow-{name}")
        for s, split in enumerate(("train", "test")):
            x, y = pictures(6 - 3 * s, 40 + s), np.arange(6 - 3 * s) % 3
            rows = table(x, y)
            with pa.OSFile(made.path(f"{split}/data-00000-of-00001.arrow"), "wb") as file, write(file, rows) as writer:
                writer.write_table(rows, max_chunksize=4)
            made.arrays(split, x, [names[label] for label in y])
            made.text(f"{split}/state.json", "{}")
        made.text("dataset_dict.json", '{"splits": ["train", "test"]}')
        made.done()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x82F63B78 * (crc & 1)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def message(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def example(values):
    entries = b""
    for name, value in values.items():
        one = message(1, message(1, value)) if isinstance(value, bytes) else message(3, message(1, varint(value)))
        entries += message(1, message(1, name.encode()) + message(2, one))
    return message(1, entries)


def records():
    made = Published("tfrecord")
    for s, split in enumerate(("train", "test")):
        x, y = pictures(6 - 3 * s, 50 + s), np.arange(6 - 3 * s) % 3
        with open(made.path(f"pets-{split}.tfrecord-00000-of-00001"), "wb") as file:
            for image, label in zip(x, y):
                data = example({"image": encoded(image), "label": int(label), "file_name": b"x.png"})
                length = struct.pack("<Q", len(data))
                file.write(length + struct.pack("<I", crc32c(length)) + data + struct.pack("<I", crc32c(data)))
        made.arrays(split, x, [names[label] for label in y])
    made.text("label.labels.txt", "\n".join(names) + "\n")
    made.text("features.json", "{}")
    made.done()

    made = Published("tfrecord-raw")
    x, y = pictures(6, 52, 12, 10), np.arange(6) % 2
    with open(made.path("train.tfrecord"), "wb") as file:
        for image, label in zip(x, y):
            data = example({"image_raw": image.tobytes(), "height": 12, "width": 10, "label": int(label)})
            file.write(struct.pack("<Q", len(data)) + b"\0" * 4 + data + b"\0" * 4)
    made.arrays("train", x, y)
    made.done()


def tensors():
    x, y = pictures(8, 60, channels=1)[..., 0], np.arange(8) % 4
    both = (torch.from_numpy(x), torch.from_numpy(y))
    made = Published("torch-processed")
    torch.save(both, made.path("processed/training.pt"))
    torch.save(tuple(part[:4] for part in both), made.path("processed/test.pt"), _use_new_zipfile_serialization=False)
    made.arrays("train", x, y)
    made.arrays("test", x[:4], y[:4])
    made.done()

    colour = pictures(8, 61)
    planes = torch.from_numpy(colour).permute(0, 3, 1, 2)
    made = Published("torch-planes-not-contiguous")
    torch.save({"images": planes, "labels": both[1]}, made.path("data.pth"))
    made.arrays("train", colour, y)
    made.done()

    made = Published("torch-tensor-dataset")
    torch.save(torch.utils.data.TensorDataset(planes.float() / 255, both[1]), made.path("set.pt"))
    made.arrays("train", colour, y)
    made.done()

    made = Published("safetensors")
    safetensors.numpy.save_file({"train_images": x, "train_labels": y, "test_images": x[:4], "test_labels": y[:4]}, made.path("d.safetensors"))
    made.arrays("train", x, y)
    made.arrays("test", x[:4], y[:4])
    made.done()


def pickles():
    x, y = pictures(9, 70, channels=1)[..., 0], np.arange(9) % 3
    three = tuple(((x[part].reshape(-1, 64) / 255).astype("f4"), y[part]) for part in (slice(0, 4), slice(4, 6), slice(6, 9)))
    for protocol in (2, 3, 4, 5):
        made = Published(f"pickle-three-parts-{protocol}")
        with gzip.open(made.path("mnist.pkl.gz"), "wb") as file:
            pickle.dump(three, file, protocol)
        made.arrays("train", x[:4], y[:4])
        made.arrays("test", x[6:], y[6:])
        made.done(notes=["2 validation images"])

    signs, kinds = pictures(8, 71), np.arange(8) % 4
    made = Published("pickle-features")
    for split, part in (("train", slice(0, 4)), ("valid", slice(4, 6)), ("test", slice(4, 8))):
        with open(made.path(f"{split}.p"), "wb") as file:
            pickle.dump({"coords": np.zeros((8, 4))[part], "labels": kinds[part].astype("u1"), "features": signs[part], "sizes": np.zeros((8, 2))[part]}, file)
        if split != "valid":
            made.arrays(split, signs[part], kinds[part])
    made.done()

    made = Published("pickle-list-of-images")
    with open(made.path("all.pickle"), "wb") as file:
        pickle.dump({"data": list(signs), "labels": [names[kind % 3] for kind in kinds]}, file)
    made.arrays("train", signs, [names[kind % 3] for kind in kinds])
    made.done()

    made = Published("pickle-that-wants-to-run")
    with open(made.path("data.pkl"), "wb") as file:
        file.write(b"cos\nsystem\n(S'echo hurt'\ntR.".replace(b"cos", b"\x80\x02cos").replace(b"S'echo hurt'\n", b"U\techo hurt"))
    made.done(refused='it asks Python to load "os system", which is never done here')


def arrays():
    x, y = pictures(16, 80, 16, 16, 1)[..., 0], np.arange(16) % 4
    made = Published("npz-as-many-as-high")
    np.savez(made.path("d.npz"), X=x.transpose(1, 2, 0), y=y)
    made.arrays("train", x, y)
    made.done(notes=['Choice of axis: "last"'])

    colour, kinds = pictures(6, 81, 12, 10), np.arange(6) % 2
    made = Published("npz-number-last")
    np.savez(made.path("d.npz"), X=colour.transpose(1, 2, 3, 0), y=kinds)
    made.arrays("train", colour, kinds)
    made.done()

    made = Published("npz-transparency")
    np.savez(made.path("d.npz"), x=np.concatenate([colour, np.full((6, 12, 10, 1), 255, "u1")], 3), y=kinds)
    made.arrays("train", colour, kinds)
    made.done(notes=["the fourth, which makes nothing transparent, is left out"])

    made = Published("npz-beside-objects")
    np.savez(made.path("d.npz"), images=colour, labels=kinds, metadata=np.array({"a": 1}))
    made.arrays("train", colour, kinds)
    made.done(notes=["Python objects, which are not read"])

    made = Published("npy-a-class-each")
    for c, label in enumerate(names):
        images = pictures(3 + c, 82 + c, 8, 8, 1)[..., 0]
        np.save(made.path(f"full_numpy_bitmap_{label}.npy"), images.reshape(-1, 64))
        made.arrays("train", images, [label] * len(images))
    made.done(notes=["Classes are taken from the names of the files"])

    made = Published("npy-an-image-each")
    for c, label in enumerate(names):
        for i in range(3):
            image = pictures(1, 90 + 10 * c + i, 12, 10)[0]
            np.save(made.path(f"train/{label}/{i}.npy"), image)
            made.arrays("train", [image], [label])
        image = pictures(1, 99 + 10 * c, 12, 10)[0]
        np.save(made.path(f"test/{label}/0.npy"), image)
        made.arrays("test", [image], [label])
    made.done()

    made = Published("npy-labels-in-csv")
    np.save(made.path("images.npy"), colour)
    made.text("labels.csv", "label\n" + "".join(f"{kind}\n" for kind in kinds))
    made.arrays("train", colour, kinds)
    made.done()

    made = Published("mat73-an-image-each")
    scans = pictures(12, 83, 12, 10, 1)[..., 0]
    for i, scan in enumerate(scans):
        path = made.path(f"{i + 1}.mat")
        with h5py.File(path, "w", userblock_size=512) as file:
            group = file.create_group("cjdata")
            for key, value in (("PID", np.array([[49], [50]], "u2")), ("image", scan.T.astype("i2")), ("label", np.array([[i % 3 + 1.0]])), ("tumorMask", (scan.T > 99).astype("u1"))):
                group.create_dataset(key, data=value).attrs["MATLAB_class"] = np.bytes_("double")
        with open(path, "r+b") as file:
            file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
        made.arrays("train", [scan], [i % 3 + 1])
    made.done()

    made = Published("stl10-binary")
    kinds = ["airplane", "bird", "car"]
    for s, split in enumerate(("train", "test")):
        images, labels = pictures(6 - 3 * s, 84 + s, 96, 96), np.arange(6 - 3 * s) % 3
        images.transpose(0, 3, 2, 1).tofile(made.path(f"{split}_X.bin"))
        (labels + 1).astype("u1").tofile(made.path(f"{split}_y.bin"))
        made.arrays(split, images, [kinds[label] for label in labels])
    np.zeros(27648, "u1").tofile(made.path("unlabeled_X.bin"))
    made.text("class_names.txt", "\n".join(kinds) + "\n")
    made.done(notes=["unlabeled_X.bin has no labels"])

    made = Published("idx-labels-of-many-columns")
    for s, split in enumerate(("train", "test")):
        images, labels = pictures(6 - 3 * s, 86 + s, 8, 8, 1)[..., 0], np.arange(6 - 3 * s) % 3
        with gzip.open(made.path(f"qmnist-{split}-images-idx3-ubyte.gz"), "wb") as file:
            file.write(bytes([0, 0, 8, 3]) + struct.pack(">3I", *images.shape) + images.tobytes())
        with gzip.open(made.path(f"qmnist-{split}-labels-idx2-int.gz"), "wb") as file:
            rows = np.concatenate([labels[:, None], np.full((len(labels), 7), 77)], 1)
            file.write(bytes([0, 0, 12, 2]) + struct.pack(">2I", *rows.shape) + rows.astype(">i4").tobytes())
        made.arrays(split, images, labels)
    made.done()


def csv():
    x, y = pictures(12, 100, channels=1)[..., 0], np.arange(12) % 3
    rows = [",".join(map(str, image.ravel())) for image in x]

    def one(name, text, images=x, labels=y, **more):
        made = Published(f"csv-{name}")
        made.text("data.csv", text)
        made.arrays("train", images, labels)
        made.done(**more)

    one("numbered-heading", "0," + ",".join("0" if i == 0 else f"0.{i}" for i in range(1, 65)) + "\n" + "".join(f"{label},{row}\n" for label, row in zip(y, rows)))
    one("counted", ",label," + ",".join(f"pixel{i}" for i in range(64)) + "\n" + "".join(f"{i},{label},{row}\n" for i, (label, row) in enumerate(zip(y, rows))))
    one("blank-at-the-end", "".join(f"{label} " + row.replace(",", " ") + " \n" for label, row in zip(y, rows)))
    one("decimal-commas", "label;" + ";".join(f"p{i}" for i in range(64)) + "\n" + "".join(f"{label};" + ";".join(f"{v / 255:.4f}".replace(".", ",") for v in image.ravel()) + "\n" for label, image in zip(y, x)))
    one("sparse", "".join(f"{label} " + " ".join(f"{i + 1}:{v}" for i, v in enumerate(image.ravel()) if v) + "\n" for label, image in zip(y, x)))
    one("arff", "@RELATION digits\n" + "".join(f"@ATTRIBUTE pixel{i} real\n" for i in range(64)) + "@ATTRIBUTE class {0,1,2}\n@DATA\n" + "".join(f"{row},{label}\n" for label, row in zip(y, rows)))

    made = Published("csv-packed-pixels")
    uses = ["Training"] * 6 + ["PublicTest"] * 3 + ["PrivateTest"] * 3
    made.text("fer2013.csv", "emotion,pixels,Usage\n" + "".join(f"{label},{row.replace(',', ' ')},{use}\n" for label, row, use in zip(y, rows, uses)))
    made.arrays("train", x[:6], y[:6])
    made.arrays("test", x[9:], y[9:])
    made.done(notes=["3 validation images"])

    made = Published("csv-copies")
    for s, split in enumerate(("train", "test")):
        text = "label," + ",".join(f"pixel{i + 1}" for i in range(64)) + "\n" + "".join(f"{label},{row}\n" for label, row in list(zip(y, rows))[: 12 - 6 * s])
        made.text(f"sign_mnist_{split}.csv", text)
        made.text(f"sign_mnist_{split}/sign_mnist_{split}.csv", text)
        made.arrays(split, x[: 12 - 6 * s], y[: 12 - 6 * s])
    Image.fromarray(pictures(1, 101, 20, 30)[0]).save(made.path("chart.png"))
    made.done(notes=["is sign_mnist_train.csv once more"])


def lists():
    def images(made, labels, seed, relative="{i}.png", split="train"):
        for i, label in enumerate(labels):
            made.picture(relative.format(i=i), seed + i, label, split)

    made = Published("list-json-lines")
    for s, split in enumerate(("train", "test")):
        labels = names * (2 - s)
        images(made, labels, 200 + 50 * s, f"{split}/{{i}}.png", split)
        made.text(f"{split}/metadata.jsonl", "".join(json.dumps({"file_name": f"{i}.png", "label": label}) + "\n" for i, label in enumerate(labels)))
    made.done()

    for name, content in (
        ("map", {f"{i}.png": label for i, label in enumerate(names * 3)}),
        ("classes", {label: [f"{i}.png" for i in range(9) if i % 3 == c] for c, label in enumerate(names)}),
        ("pairs", {"labels": [[f"{i}.png", label] for i, label in enumerate(names * 3)]}),
        ("coco", {"images": [{"id": 7 + i, "file_name": f"{i}.png"} for i in range(9)], "annotations": [{"image_id": 7 + i, "category_id": i % 3} for i in range(9)], "categories": [{"id": c, "name": label} for c, label in enumerate(names)]}),
    ):
        made = Published(f"list-json-{name}")
        images(made, names * 3, 300)
        made.text("labels.json", json.dumps(content))
        made.done()

    made = Published("list-utf16")
    images(made, names * 3, 310)
    with open(made.path("labels.csv"), "wb") as file:
        file.write(("file,label\n" + "".join(f"{i}.png,{label}\n" for i, label in enumerate(names * 3))).encode("utf-16"))
    made.done()

    made = Published("list-of-parts-beside-folders")
    for c, label in enumerate(names):
        for i in range(4):
            made.picture(f"images/{label}/{i}.png", 320 + 10 * c + i, label, "test" if i == 3 else "train")
    made.text("meta/train.txt", "".join(f"{label}/{i}\n" for label in names for i in range(3)))
    made.text("meta/test.txt", "".join(f"{label}/3\n" for label in names))
    made.done(notes=["Lists beside the images say which are for training"])

    made = Published("list-of-numbers-that-are-names-too")
    for i in range(1, 10):
        made.picture(f"train/{i}.png", 350 + i, str(i % 3 + 1))
    made.text("labels.csv", "label,id\n" + "".join(f"{i % 3 + 1},{i}\n" for i in range(1, 10)))
    made.done()

    made = Published("list-with-repeats")
    for i in range(8):
        made.picture(f"{i}.png", 360 + i, None if i == 3 else names[i % 2])
    made.text("list.csv", "file,label\n" + "".join(f"{i}.png,{names[i % 2]}\n" * 2 for i in range(8)) + "3.png,cat\n")
    made.done(notes=["in 8 lines too many", "gives 1 image different labels"])

    made = Published("list-of-several-labels")
    for i in range(12):
        made.picture(f"{i}.png", 370 + i, ["None", "Mass", None][i % 3])
    made.text("entries.csv", "Image Index,Finding Labels,Patient ID\n" + "".join(f"{i}.png,{['None', 'Mass', 'Mass|Nodule'][i % 3]},{i // 2}\n" for i in range(12)))
    made.done(notes=["gives 4 images several labels, such as Mass|Nodule"])

    made = Published("names-of-files")
    for c, label in enumerate(("cat", "dog")):
        for i in range(4):
            made.picture(f"train/{label}.{i}.png", 380 + 10 * c + i, label)
    for i in range(3):
        made.picture(f"test1/{i + 1}.png", 399 + i)
    made.text("sampleSubmission.csv", "id,label\n1,0\n2,0\n3,0\n")
    made.done(notes=["3 images, whose names say no class", "Classes are taken from the names of the files"])

    made = Published("names-of-test-files")
    for c, label in enumerate(("A", "B", "nothing")):
        for i in range(3):
            made.picture(f"abc_train/abc_train/{label}/{label}{i}.png", 410 + 10 * c + i, label)
        made.picture(f"abc_test/abc_test/{label}_test.png", 450 + c, label, "test")
    made.done()

    made = Published("webdataset")
    for shard, split in (("train-000000", "train"), ("train-000001", "train"), ("test-000000", "test")):
        with tarfile.open(made.path(f"{shard}.tar"), "w") as tar:
            for i in range(6):
                image = pictures(1, 460 + i + 20 * (split == "test") + 40 * int(shard[-1]))[0]
                for extension, content in (("png", encoded(image)), ("cls", str(i % 3).encode())):
                    entry = tarfile.TarInfo(f"{i:06d}.{extension}")
                    entry.size = len(content)
                    tar.addfile(entry, io.BytesIO(content))
                made.arrays(split, [image], [i % 3])
    made.done()


def images():
    def each(name, write, extension, prepare=lambda image: image, channels=3, **more):
        made = Published(f"images-{name}")
        for c, label in enumerate(("a", "b")):
            for i in range(3):
                image = pictures(1, 500 + 10 * c + i, 16, 12, channels)[0]
                write(made.path(f"{label}/{i}.{extension}"), image if channels > 1 else image[..., 0])
                made.arrays("train", [prepare(image)], [label])
        made.done(**more)

    save = lambda **options: lambda path, image: Image.fromarray(image).save(path, **options)
    each("ppm", save(), "ppm")
    each("pgm", save(), "pgm", channels=1)
    each("jpeg2000", save(irreversible=False), "jp2")
    each("jpeg2000-codestream", save(irreversible=False, no_jp2=True), "j2k")
    each("avif", save(quality=90), "avif", counts=True)

    def text_pgm(path, image):
        with open(path, "w") as file:
            file.write(f"P2\n# a comment\n{image.shape[1]} {image.shape[0]}\n255\n" + " ".join(map(str, image.ravel())) + "\n")

    each("pgm-in-text", text_pgm, "pgm", channels=1)

    # Black and white, of a width that fills no whole bytes; in text with blanks between the digits and without.
    black_and_white = lambda image: np.where(image > 127, 255, 0).astype("u1")
    each("pbm", lambda path, image: Image.fromarray(image > 127).save(path), "pbm", black_and_white, channels=1)

    def text_pbm(path, image):
        rows = [("" if i % 2 else " ").join("0" if value > 127 else "1" for value in row) for i, row in enumerate(image)]
        with open(path, "w") as file:
            file.write(f"P1\n# a comment\n{image.shape[1]} {image.shape[0]}\n" + "\n".join(rows) + "\n")

    each("pbm-in-text", text_pbm, "pbm", black_and_white, channels=1)

    # Of more than 8 bits, all in one range.
    each("tiff-floats", lambda path, image: tifffile.imwrite(path, (image / 255).astype("f4")), "tif", channels=1, notes=["are read as 0, black, to 1, white"])
    each("tiff-12-bits", lambda path, image: tifffile.imwrite(path, np.round(image / 255 * 4095).astype("u2")), "tif", channels=1, notes=["to 4095, white"])
    each("tiff-13-bands", lambda path, image: tifffile.imwrite(path, np.repeat(image[..., :1], 13, -1).astype("u2") * 257, photometric="minisblack", planarconfig="contig"), "tif", lambda image: np.repeat(image[..., :1], 13, -1))
    each("tiff-planes-compressed", lambda path, image: tifffile.imwrite(path, np.moveaxis(np.repeat(image[..., :1], 6, -1), -1, 0), photometric="minisblack", planarconfig="separate", compression="zlib"), "tif", lambda image: np.repeat(image[..., :1], 6, -1))

    def dicom(syntax, window=True):
        def write(path, image):
            meta = FileMetaDataset()
            meta.TransferSyntaxUID = syntax
            meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
            meta.MediaStorageSOPInstanceUID = generate_uid()
            data = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
            data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
            data.Rows, data.Columns = image.shape
            data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
            data.BitsAllocated = data.BitsStored = 16
            data.HighBit, data.PixelRepresentation = 15, 1
            data.RescaleSlope, data.RescaleIntercept = 1, -1024
            if window:
                data.WindowCenter, data.WindowWidth = 127.5, 255
            values = image.astype("i2") + 1024
            data.PixelData = values.astype(">i2" if syntax == ExplicitVRBigEndian else "<i2").tobytes()
            data["PixelData"].VR = "OW"
            pydicom.dcmwrite(path, data, enforce_file_format=True)

        return write

    each("dicom", dicom(ExplicitVRLittleEndian), "dcm", channels=1)
    each("dicom-implicit", dicom(ImplicitVRLittleEndian), "dcm", channels=1)
    each("dicom-big-endian", dicom(ExplicitVRBigEndian), "dcm", channels=1)
    each("dicom-without-window", dicom(ExplicitVRLittleEndian, window=False), "dcm", channels=1, notes=["are read as 0, black, to 255, white"])


def archives():
    def fill(write):
        expected = []
        for s, split in enumerate(("train", "test")):
            for c, label in enumerate(("cat", "dog")):
                for i in range(3 - s):
                    image = pictures(1, 600 + 100 * s + 10 * c + i)[0]
                    write(f"{split}/{label}/{i}.png", encoded(image))
                    expected.append((split, image, label))
        return expected

    def tar():
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as file:

            def write(name, content):
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                file.addfile(entry, io.BytesIO(content))

            expected = fill(write)
        return packed.getvalue(), expected

    def finish(made, expected, **more):
        for split, image, label in expected:
            made.arrays(split, [image], [label])
        made.done(**more)

    def zstd(data):
        return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout

    for extension, compress in (("bz2", bz2.compress), ("xz", lzma.compress), ("lzma", lambda data: lzma.compress(data, lzma.FORMAT_ALONE)), ("zst", zstd)):
        made = Published(f"archive-tar-{extension}")
        data, expected = tar()
        with open(made.path(f"d.tar.{extension}"), "wb") as file:
            file.write(compress(data))
        finish(made, expected)

    for name, method in (("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
        made = Published(f"archive-zip-{name}")
        with zipfile.ZipFile(made.path("d.zip"), "w", method) as file:
            expected = fill(file.writestr)
        finish(made, expected)

    made = Published("archive-7z")
    with py7zr.SevenZipFile(made.path("d.7z"), "w") as file:
        expected = fill(lambda name, content: file.writestr(content, name))
    finish(made, expected)

    made = Published("archive-7z-encrypted")
    with py7zr.SevenZipFile(made.path("d.7z"), "w", password="secret") as file:
        file.writestr(b"hidden", "a.png")
    made.done(refused="encrypted")

    made = Published("archive-rar")
    with open(made.path("d.rar"), "wb") as file:
        file.write(b"Rar!\x1a\7\1\0" + bytes(range(200)))
    made.done(refused="it is a RAR archive, which is not read; unpack it first")

    made = Published("file-bz2")
    x, y = pictures(6, 650), np.arange(6) % 2
    for name, array in (("images", x), ("labels", y)):
        file = io.BytesIO()
        np.save(file, array)
        with open(made.path(f"{name}.npy.bz2"), "wb") as packed:
            packed.write(bz2.compress(file.getvalue()))
    made.arrays("train", x, y)
    made.done()

    for name, content, refused in (
        ("web-page", b"<!DOCTYPE html><html><head><title>Virus scan warning</title></head></html>", "it is a web page"),
        ("git-lfs", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12345\n", "a pointer of Git LFS"),
        ("lmdb", b"\0" * 16 + b"\xde\xc0\xef\xbe" + b"\0" * 4000, "an LMDB database"),
        ("heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400), "an HEIC image"),
    ):
        made = Published(f"unread-{name}")
        with open(made.path("data.bin"), "wb") as file:
            file.write(content)
        made.done(refused=refused)


columns()
records()
tensors()
pickles()
arrays()
csv()
lists()
images()
archives()
