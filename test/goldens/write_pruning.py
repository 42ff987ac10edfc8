"""Writes pruning.json: what PyTorch and NumPy compute in float64 for pruning and analysis. Run: python3 write_pruning.py"""

import json
from pathlib import Path

import numpy as np
import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(20241016)


def rounded(array, digits=6):
    """What the file can hold: the reference sees exactly the numbers that the test reads."""
    return np.round(np.asarray(array, dtype=np.float64), digits)


def plain(tensor):
    return np.asarray(tensor, dtype=np.float64).ravel().tolist()


def chip_case(channels, positions, batches, rank, ratio):
    """Averaged maps of a layer as training leaves them: a few patterns, noise, dead, constant and duplicate channels."""
    patterns = rng.random((rank, positions))
    mixing = np.maximum(0, rng.normal(size=(channels, rank)))
    order = rng.permutation(channels)
    maps = []
    for _ in range(batches):
        a = np.maximum(0, mixing @ patterns + 0.05 * rng.normal(size=(channels, positions)))
        a[order[0]] = a[order[1]] = 0.0
        a[order[2]] = 0.25
        a[order[4]] = a[order[3]]
        # Further decimals for the criterion to round away; none near a tie, where implementations differ.
        maps.append(rounded(rounded(a, 4) + 1e-6 * rng.integers(-40, 41, size=a.shape)))
    scores = np.zeros(channels)
    for a in maps:
        a = torch.round(torch.tensor(a) * 1e4) / 1e4
        full = torch.linalg.matrix_norm(a, ord="nuc")
        for i in range(channels):
            masked = a.clone()
            masked[i] = 0
            scores[i] += float(full - torch.linalg.matrix_norm(masked, ord="nuc")) / batches
    lost = int(ratio * channels)
    cut = np.argsort(scores, kind="stable")[:lost]
    return {
        "channels": channels,
        "positions": positions,
        "maps": [plain(a) for a in maps],
        "scores": plain(scores),
        "ratio": ratio,
        "kept": sorted(set(range(channels)) - set(cut.tolist())),
    }


def correlation_matrix(maps):
    """(B, H, W, C) -> (C, C); a constant map correlates with nothing, not even itself."""
    rows = maps.mean(0).reshape(-1, maps.shape[3]).T
    varies = rows.std(1, unbiased=False) > 1e-6
    matrix = torch.zeros(len(rows), len(rows))
    index = torch.nonzero(varies)[:, 0]
    matrix[index[:, None], index[None, :]] = torch.corrcoef(rows[index])
    return matrix


def ccm_case(batch, height, width, channels):
    maps = np.maximum(0, rng.normal(0.2, 1.0, size=(batch, height, width, channels)))
    maps[..., 1] = 0.0  # dead
    maps[..., 2] = 0.7  # constant
    maps[..., 4] = 2.0 * maps[..., 3] + 1.0  # the same up to scale and offset
    x = torch.tensor(rounded(maps), requires_grad=True)
    matrix = correlation_matrix(x)
    value = matrix.abs().mean()
    value.backward()
    return {
        "shape": list(x.shape),
        "maps": plain(x.detach()),
        "matrix": plain(matrix.detach()),
        "value": float(value.detach()),
        "gradient": plain(x.grad),
    }


def activity_case(batches, height, width, types, dim, threshold):
    data = []
    for batch in batches:
        v = rng.normal(0, 0.3, size=(batch, height, width, types, dim))
        v[..., 0, :] = 0.0  # dead
        v[..., 1, :] = rng.normal(0, 0.002, size=v[..., 1, :].shape)  # nearly dead
        v[..., 2, :] += 0.4  # points one way
        v[: batch // 2, ..., 3, :] = 0.0  # active on some images
        data.append(torch.tensor(rounded(v)))
    lengths = [v.norm(dim=4).reshape(len(v), -1, types) for v in data]
    longest = torch.cat([length.amax(1) for length in lengths])
    return {
        "shapes": [list(v.shape) for v in data],
        "batches": [plain(v) for v in data],
        "threshold": threshold,
        "meanVector": plain(torch.stack([v.mean((1, 2)).mean(0).norm(dim=1) for v in data]).mean(0)),
        "meanLength": plain(torch.cat(lengths).mean((0, 1))),
        "maxLength": plain(longest.amax(0)),
        "activationRate": plain((longest > threshold).double().mean(0)),
        "imageLengths": plain(longest),
    }


def coupling_case(batch, height, width, in_types, parents, kernel, padding):
    """Coupling of a padded layer; children in the padding are left out of the means."""
    children = kernel * kernel * in_types
    logits = rng.normal(0, 2.0, size=(batch, height, width, kernel, kernel, in_types, parents))
    c = torch.tensor(rounded(torch.softmax(torch.tensor(logits), -1), 7))
    exists = torch.nn.functional.unfold(torch.ones(1, 1, height, width), kernel, padding=padding)
    exists = exists[0].T.reshape(height, width, kernel, kernel).bool()
    real = c[:, exists].reshape(-1, parents)
    return {
        "shape": {"inHeight": height, "inWidth": width, "inTypes": in_types, "outTypes": parents, "kernel": kernel, "padding": padding},
        "dims": [batch * height * width, children, parents],
        "coupling": plain(c),
        "entropy": float(torch.special.entr(real).sum(1).mean() / np.log(parents)),
        "spread": float(real.std(1, unbiased=False).mean()),
    }


goldens = {
    "chip": [
        chip_case(channels=12, positions=30, batches=2, rank=4, ratio=0.5),
        chip_case(channels=24, positions=9, batches=3, rank=5, ratio=0.4),
        chip_case(channels=64, positions=36, batches=1, rank=10, ratio=0.6),
    ],
    "ccm": ccm_case(batch=3, height=4, width=3, channels=6),
    "activity": activity_case(batches=[4, 4, 3], height=2, width=3, types=5, dim=4, threshold=0.01),
    "coupling": coupling_case(batch=2, height=3, width=4, in_types=2, parents=5, kernel=3, padding=1),
}
Path(__file__).with_name("pruning.json").write_text(json.dumps(goldens) + "\n")
