"""Writes small data sets in further layouts, and what they must be read as; see write_published.py.

    python3 test/datasets/write_layouts.py <folder>     (pip install numpy scipy pillow h5py pyarrow pydicom)
"""

import io

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import scipy.io
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, generate_uid

from published import Published, pictures


def numbered_images():
    """Oxford's flowers: labels and parts in MATLAB's files, images that are numbered from 1."""
    made = Published("numbered-with-mat-labels")
    classes, parts = [2, 1, 3, 1, 2, 3, 3, 2, 1, 1, 2, 3], {"trnid": [3, 1, 2, 11, 12, 10], "valid": [4, 5, 6], "tstid": [9, 7, 8]}
    for i, label in enumerate(classes):
        number = i + 1
        split = next(name for name, numbers in parts.items() if number in numbers)
        made.picture(f"jpg/image_{number:05d}.png", i, label if split != "valid" else None, "test" if split == "tstid" else "train")
    scipy.io.savemat(made.path("imagelabels.mat"), {"labels": np.array([classes], "u1")})
    scipy.io.savemat(made.path("setid.mat"), {name: np.array([numbers], "u2") for name, numbers in parts.items()})
    made.done(notes=["3 validation images are left out", "in the order of the images' numbers"])

    made = Published("numbered-with-npy-labels")
    classes = [0, 1, 1, 0, 2, 2, 0, 1, 2, 0, 1]
    for i, label in enumerate(classes):
        made.picture(f"images/{i}.png", 50 + i, label)
    np.save(made.path("labels.npy"), np.array(classes))
    made.done(notes=["in the order of the images' numbers"])


def joined_lists():
    """CUB: paths, classes and parts in files of their own, all with the image's number in front."""
    classes = ["Black_footed_Albatross", "Laysan_Albatross"]
    for name, folders in (("joined-lists-and-folders", True), ("joined-lists", False)):
        made, lines = Published(name), {"images": [], "image_class_labels": [], "train_test_split": []}
        for i in range(12):
            label, train = i % 2, i % 3 != 0
            path = f"{label + 1:03d}.{classes[label]}/{classes[label]}_{i:04d}.png" if folders else f"{i:04d}.png"
            made.picture(f"CUB/images/{path}", 200 + i, f"{label + 1:03d}.{classes[label]}", "train" if train else "test")
            for file, value in (("images", path), ("image_class_labels", label + 1), ("train_test_split", int(train))):
                lines[file].append(f"{i + 1} {value}\n")
        for file, rows in lines.items():
            made.text(f"CUB/{file}.txt", "".join(rows))
        made.text("CUB/classes.txt", "".join(f"{c + 1} {c + 1:03d}.{label}\n" for c, label in enumerate(classes)))
        made.text("CUB/bounding_boxes.txt", "".join(f"{i + 1} 1.0 2.0 3.0 4.0\n" for i in range(12)))
        made.done()

    made = Published("list-with-is-train")
    rows = ["file,species,is_train\n"]
    for i in range(12):
        made.picture(f"photos/{i}.png", 300 + i, ["oak", "elm"][i % 2], "train" if i < 8 else "test")
        rows.append(f"photos/{i}.png,{['oak', 'elm'][i % 2]},{i < 8}\n")
    made.text("trees.csv", "".join(rows))
    made.done()


def class_axes():
    """USPS: pixels, images, digits; the tenth digit is 0."""
    x = pictures(70, 400, 8, 8, 1)[..., 0].reshape(10, 7 * 3 // 3, 64)
    x = np.concatenate([x, x[:, :, ::-1], np.roll(x, 8, 2), np.roll(x, 16, 2)], 1)
    labels = [str((c + 1) % 10) for c in range(10) for _ in range(x.shape[1])]
    made = Published("mat-class-axis")
    scipy.io.savemat(made.path("usps_all.mat"), {"data": x.transpose(2, 1, 0)}, do_compression=True)
    made.arrays("train", x.reshape(-1, 8, 8, 1), labels)
    made.done(notes=["64 pixels of 28 images of each of 10 classes"])

    made = Published("npy-class-axis")
    np.save(made.path("digits.npy"), x)
    made.arrays("train", x.reshape(-1, 8, 8, 1), [str(c) for c in range(10) for _ in range(x.shape[1])])
    made.done(notes=["64 pixels of 28 images of each of 10 classes"])


def refused():
    made = Published("mat73-house-numbers")
    for i in range(3):
        made.picture(f"train/{i + 1}.png", 500 + i)
    with h5py.File(made.path("train/digitStruct.mat"), "w", userblock_size=512) as file:
        names = file.create_group("#refs#")
        refs = [names.create_dataset(f"n{i}", data=np.array([[ord(c)] for c in f"{i + 1}.png"], "u2")).ref for i in range(3)]
        file["digitStruct/name"] = np.array(refs, dtype=h5py.ref_dtype)[:, None]
    made.done(refused="SVHN's list of whole house numbers")

    made = Published("list-of-ages")
    rows = ["file,age\n"]
    for i in range(10):
        made.picture(f"faces/{i}.png", 520 + i)
        rows.append(f"faces/{i}.png,{20.5 + i}\n")
    made.text("ages.csv", "".join(rows))
    made.done(refused="it lists images, but no column of it is their label")

    made = Published("npz-several-labels")
    np.savez(made.path("chest.npz"), images=pictures(6, 540), labels=np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]]))
    made.done(refused="image 0 has 2 classes at once; expected one")

    made = Published("images-dicom-run-lengths")
    for c, label in enumerate(("ill", "well")):
        for i in range(2):
            scan = FileDataset(None, {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
            scan.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            scan.file_meta.MediaStorageSOPClassUID, scan.file_meta.MediaStorageSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", generate_uid()
            scan.SOPClassUID, scan.SOPInstanceUID = scan.file_meta.MediaStorageSOPClassUID, scan.file_meta.MediaStorageSOPInstanceUID
            scan.Rows, scan.Columns, scan.SamplesPerPixel, scan.PhotometricInterpretation = 8, 8, 1, "MONOCHROME2"
            scan.BitsAllocated, scan.BitsStored, scan.HighBit, scan.PixelRepresentation = 8, 8, 7, 0
            scan.PixelData = pictures(1, 560 + 2 * c + i, channels=1).tobytes()
            scan.compress(RLELossless)
            scan.save_as(made.path(f"{label}/{i}.dcm"), enforce_file_format=True)
    made.done(refused="compressed as RLE")


def columns():
    x, names = pictures(8, 600), ["cat", "dog"]

    def encoded(image):
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG")
        return file.getvalue()

    rows = {"image": [{"bytes": encoded(image), "path": None} for image in x], "label": [names[i % 2] for i in range(8)]}
    made = Published("parquet-lz4")
    pq.write_table(pa.table(rows), made.path("data.parquet"), compression="lz4")
    made.arrays("train", x, rows["label"])
    made.done()

    for name, new in (("arrow-batches", pa.ipc.new_stream), ("arrow-batches-in-a-file", pa.ipc.new_file)):
        made = Published(name)
        table = pa.table({**rows, "label": pa.array(rows["label"]).dictionary_encode()})
        with pa.OSFile(made.path("data.arrow"), "wb") as file, new(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=3)
        made.arrays("train", x, rows["label"])
        made.done()

    said = ["train", "test", "train", "validation", "train", None, "test", "train"]
    made = Published("parquet-column-of-parts")
    for s in range(2):
        those = slice(4 * s, 4 * s + 4)
        part = {name: values[those] for name, values in {**rows, "split": said}.items()}
        pq.write_table(pa.table(part), made.path(f"data/{s}.parquet"), row_group_size=3)
    divide(made, x, rows["label"], said)
    made.done(notes=["has nothing in the column split for 1 row, which is left out", "1 validation image is left out"])

    made = Published("arrow-column-of-parts")
    numbers = [{"train": 0, "validation": 1, "test": 2}.get(text) for text in said]
    table = pa.table({**rows, "partition": pa.array(numbers, pa.int8())})
    with pa.OSFile(made.path("data.arrow"), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=3)
    divide(made, x, rows["label"], said)
    made.done(notes=["has nothing in the column partition for 1 row, which is left out", "1 validation image is left out"])


def divide(made, images, labels, said):
    for split in ("train", "test"):
        own = [i for i, text in enumerate(said) if text == split]
        made.arrays(split, images[own], [labels[i] for i in own])


def lists():
    """Parts by number as WILDS and CelebA have them, names that both parts have, labels with blanks, several divisions."""
    made, rows = Published("list-with-numbered-parts"), ["img_filename,y,split\n"]
    for i in range(12):
        made.picture(f"birds/{i}.png", 700 + i, i % 2 if i % 6 < 2 or i % 6 > 3 else None, "test" if i % 6 > 3 else "train")
        rows.append(f"birds/{i}.png,{i % 2},{i % 6 // 2}\n")
    made.text("metadata.csv", "".join(rows))
    made.done(notes=["4 validation images are left out"])

    made = Published("list-of-partitions-alone")
    for i in range(9):
        made.picture(f"faces/{i:06d}.png", 720 + i)
    made.text("list_eval_partition.txt", "".join(f"{i:06d}.png {i // 3}\n" for i in range(9)))
    made.done(refused="no column of it is their label")

    made = Published("list-for-each-part-of-same-names")
    for s, (split, count) in enumerate((("train", 6), ("test", 4))):
        for i in range(count):
            made.picture(f"{split}/{split}/{i}.png", 740 + 10 * s + i, "xy"[i % 2], split)
        made.text(f"{split}_labels.csv", "image,label\n" + "".join(f"{i}.png,{'xy'[i % 2]}\n" for i in range(count)))
    made.done()

    made, models = Published("list-of-labels-with-blanks"), ["707-320", "A300 B4", "DHC-8"]
    for s, split in enumerate(("train", "test")):
        rows = []
        for i in range(6):
            made.picture(f"images/{1000 * s + i}.png", 760 + 10 * s + i, models[i % 3], split)
            rows.append(f"{1000 * s + i} {models[i % 3]}\n")
        made.text(f"images_variant_{split}.txt", "".join(rows))
    made.done()

    made, parts = Published("lists-of-several-divisions"), {}
    for c, label in enumerate(("banded", "dotted")):
        for i in range(4):
            split = ("train", "test")[i % 2]
            made.picture(f"images/{label}/{i}.png", 780 + 10 * c + i, label, split)
            for k in (1, 2):
                parts.setdefault(f"{('train', 'test')[(i + k + 1) % 2]}{k}", []).append(f"{label}/{i}.png\n")
    for name, rows in parts.items():
        made.text(f"labels/{name}.txt", "".join(rows))
    made.done(notes=["Of 2 divisions in lists, that of labels/test1.txt, labels/train1.txt is taken."])


def names_and_folders():
    made = Published("names-of-numbered-objects")
    for c in (1, 2):
        for i in range(4):
            made.picture(f"obj{c}__{5 * i}.png", 800 + 10 * c + i, f"obj{c}")
    made.done()

    made = Published("folders-folds")
    for fold in (1, 2, 3):
        for c, label in enumerate(("car", "dog")):
            for i in range(2):
                made.picture(f"audio/fold{fold}/{label}/{i}.png", 830 + 10 * fold + 2 * c + i, label)
    made.done(notes=["fold1, fold2, fold3 in audio are taken for parts of one set"])

    made = Published("numbered-with-text-labels")
    for i in range(9):
        made.picture(f"val/ILSVRC2012_val_{i + 1:08d}.png", 870 + i, i % 3 + 1)
    made.text("ILSVRC2012_validation_ground_truth.txt", "".join(f"{i % 3 + 1}\n" for i in range(9)))
    made.done()


def arrays():
    made = Published("npy-a-class-each-in-parts")
    for s, split in enumerate(("train", "test")):
        for c, label in enumerate(("cat", "dog")):
            x = pictures(4 - s, 900 + 10 * s + c, 8, 8, 1)[..., 0]
            np.save(made.path(f"{split}/{label}.npy"), x)
            made.arrays(split, x[..., None], [label] * len(x))
    made.done()

    made, x, y = Published("mat-features"), pictures(8, 950, 32, 32, 1)[..., 0], np.arange(8) % 2 + 1
    scipy.io.savemat(made.path("COIL20.mat"), {"fea": x.transpose(0, 2, 1).reshape(8, 1024) / 255, "gnd": y[:, None].astype(float)})
    made.arrays("train", x[..., None], [str(label) for label in y])
    made.done(notes=["Orientation: the files hold the images column by column"])

    made, x, y = Published("mat-signed-labels"), pictures(12, 930, 8, 8, 1)[..., 0], np.arange(12) % 3
    scipy.io.savemat(made.path("d.mat"), {"patterns": x.reshape(12, 64).T.astype(float), "labels": np.eye(3)[y].T * 2 - 1})
    made.arrays("train", x[..., None], [str(label) for label in y])
    made.done()


numbered_images()
lists()
names_and_folders()
arrays()
joined_lists()
class_axes()
refused()
columns()
