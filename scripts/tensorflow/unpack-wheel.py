"""Unpacks from a TensorFlow wheel what a C program needs: the two libraries and the headers.

    python3 unpack-wheel.py <wheel> <folder>

Also writes <folder>/cuda-packages.txt, the packages that hold the CUDA libraries this wheel was made for, one a line.
"""

import re
import sys
import zipfile

LIBRARIES = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")


def cuda_packages(metadata: str) -> list[str]:
    """Requirements of the extra "and-cuda", as pip takes them: "nvidia-cudnn-cu12 <10.0,>=9.3" and the like."""
    found = []
    for line in metadata.splitlines():
        match = re.match(r"Requires-Dist: (nvidia-[^;]+);.*extra == ['\"]and-cuda['\"]", line)
        if match:
            found.append(re.sub(r"[()\s]", "", match[1]))
    return found


def main(wheel: str, folder: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        members = [name for name in names if name in LIBRARIES or name.startswith("tensorflow/include/")]
        if not set(LIBRARIES) <= set(members):
            sys.exit(f"{wheel} is not a wheel of TensorFlow for Linux")
        archive.extractall(folder, members)
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        packages = cuda_packages(archive.read(metadata).decode())
    with open(f"{folder}/cuda-packages.txt", "w", encoding="utf-8") as out:
        out.writelines(f"{package}\n" for package in packages)


main(*sys.argv[1:])
