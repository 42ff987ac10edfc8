"""Writes golden.safetensors with Python's safetensors package, the reference that src/shared/safetensors.ts is tested against.

    pip install safetensors numpy
    python make.py
"""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

rng = np.random.default_rng(1)
tensors = {
    "backbone.0.conv.weight": rng.standard_normal((4, 1, 3, 3)).astype(np.float32),
    "backbone.0.bn.bias": np.array([0.0, -0.0, 1e-45, 3.4028235e38], dtype=np.float32),
    "scalar": np.array(2.5, dtype=np.float32),
    "empty": np.zeros((0, 3), dtype=np.float32),
    "double": rng.standard_normal((2, 3)),
    "counts": np.array([[-(2**31), 2**31 - 1]], dtype=np.int32),
    "long": np.array([-(2**63), 2**63 - 1], dtype=np.int64),
    "bytes": np.arange(5, dtype=np.uint8),
    "größe \"q\"": np.array([1.0], dtype=np.float32),
}
save_file(tensors, Path(__file__).with_name("golden.safetensors"), metadata={"capscope.note": "é ✓"})
