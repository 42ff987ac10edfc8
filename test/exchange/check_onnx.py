"""Checks the models in the folders of the given one with ONNX's own checker, runs them, and prints how far the results are off."""

import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

found = []
for folder in sorted(pathlib.Path(sys.argv[1]).iterdir(), key=lambda path: int(path.name)):
    model = onnx.load(folder / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    expected = json.loads((folder / "expected.json").read_text())
    images = numpy.frombuffer((folder / "images.bin").read_bytes(), numpy.uint8).reshape(expected["shape"])
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    assert names == list(expected["outputs"]), names
    results = session.run(names, {"images": images})
    off = [numpy.abs(result.ravel() - numpy.array(expected["outputs"][name])).max() for name, result in zip(names, results)]
    assert (results[0].argmax(1) == numpy.array(expected["outputs"]["lengths"]).reshape(results[0].shape).argmax(1)).all()
    found.append({"difference": float(max(off)), "metadata": {entry.key: entry.value for entry in model.metadata_props}})
print(json.dumps(found))
