"""Reads one data set as users of NumPy and Pillow do, and says how long that took, what it cost, and what came out.

    python datasets.py idx|folders|cifar|zip <folder or archive> <processes>

Needs numpy; folders need pillow too.
"""

import gzip
import json
import os
import resource
import sys
import time
import zipfile
from multiprocessing import Pool

import numpy as np

task, folder, processes = sys.argv[1], sys.argv[2], int(sys.argv[3])


def idx():
    def read(name, header):
        with gzip.open(os.path.join(folder, name)) as file:
            return np.frombuffer(file.read(), np.uint8, offset=header)

    images = [read(f"{split}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28) for split in ("train", "t10k")]
    return images, [read(f"{split}-labels-idx1-ubyte.gz", 8) for split in ("train", "t10k")]


def cifar():
    """Channels last and contiguous, as images are drawn and as TensorFlow takes them."""

    def read(names):
        records = np.concatenate([np.fromfile(os.path.join(folder, name), np.uint8).reshape(-1, 3073) for name in names])
        return np.ascontiguousarray(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)), records[:, 0].copy()

    pairs = read([f"data_batch_{i}.bin" for i in range(1, 6)]), read(["test_batch.bin"])
    return [images for images, _ in pairs], [labels for _, labels in pairs]


def archive():
    """Labels of all images, which are entries of their own."""
    with zipfile.ZipFile(folder) as file:
        labels = [int(file.read(name)) for name in file.namelist() if name.endswith(".cls")]
    return [], [np.array(labels)]


def decode(path):
    """As torchvision's ImageFolder does with its default loader: always RGB."""
    from PIL import Image

    with open(path, "rb") as file:
        return np.asarray(Image.open(file).convert("RGB"))


def folders():
    """One list of files like ImageFolder's, read by as many processes as a DataLoader would have workers."""
    images, labels = [], []
    with Pool(processes) as pool:
        for split in ("train", "test"):
            root = os.path.join(folder, split)
            classes = sorted(entry.name for entry in os.scandir(root) if entry.is_dir())
            samples = []
            for label, name in enumerate(classes):
                for directory, _, names in sorted(os.walk(os.path.join(root, name))):
                    samples += [(os.path.join(directory, file), label) for file in sorted(names)]
            images.append(np.stack(pool.map(decode, [path for path, _ in samples], chunksize=256)))
            labels.append(np.array([label for _, label in samples]))
    return images, labels


def peak_bytes():
    """On Linux from VmHWM: what getrusage tells includes the memory of whoever started this process."""
    try:
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except FileNotFoundError:
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    if task == "folders":
        import PIL.Image  # noqa: F401, so that its import is not timed
    start = time.perf_counter()
    images, labels = {"idx": idx, "cifar": cifar, "folders": folders, "zip": archive}[task]()
    seconds = time.perf_counter() - start
    peak = peak_bytes()
    if task == "folders":
        images = [part[..., 0] for part in images]  # all three channels of a grey image are the same
    check = [int(sum(part.sum(dtype=np.int64) for part in parts)) for parts in (images, labels)]
    print(json.dumps({"seconds": seconds, "peakBytes": peak, "images": sum(len(part) for part in labels), "check": check}))
