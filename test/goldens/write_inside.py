"""Writes the goldens of looking into a network: what PyTorch computes in float64 of single images for the networks of write_network.py.

Couplings of every routing iteration are computed whole, for all positions at once, and only then averaged; children in the padding
are told apart by windows over a map of ones. The script also draws class capsules whose dimensions have been changed.

    python3 -m pip install torch numpy safetensors
    python3 test/goldens/write_inside.py
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from write_network import INPUT, REMEDIES, REMEDIES_SEED, SEED, SPEC, Network, random_network, squash, windows

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

RANGE, STEPS = 0.25, 5


def look_at_layer(below, weight, bias, kernel, stride, padding, iterations, kind):
    """Capsules of one image, and per iteration the means of coupling and of coupling times length per pair of types, entropy, agreement."""
    types = below.shape[3]
    x = windows(below, kernel, stride, padding)[0]
    exists = windows(torch.ones_like(below[..., :1]), kernel, stride, padding)[0, ..., 0].bool()
    votes = torch.einsum("knji,yxki->yxknj", weight, x)
    parents = votes.shape[3]
    # (y, x, K, 1) of the children's types, one-hot
    kinds = F.one_hot(torch.arange(x.shape[2]) % types, types).double() * exists[..., None]
    pairs = kinds.sum((0, 1, 2))
    logits = torch.zeros(votes.shape[:-1])
    coupling, flow, entropy, agreement = [], [], [], []
    for i in range(iterations):
        c = logits.softmax(-1)
        coupling.append(torch.einsum("yxkn,yxkt->tn", c, kinds) / pairs[:, None])
        flow.append(torch.einsum("yxkn,yxk,yxkt->tn", c, x.norm(dim=-1), kinds) / pairs[:, None])
        entropy.append(-(c * c.log()).sum(-1)[exists].mean() / math.log(parents))
        sums = torch.einsum("yxkn,yxknj->yxnj", c, votes)
        apart = torch.einsum("yxkn,yxkn->n", c, votes.norm(dim=-1))
        agreement.append(sums.norm(dim=-1).sum((0, 1)) / apart)
        v = squash(sums + bias, kind)
        logits = logits + torch.einsum("yxknj,yxnj->yxkn", votes, v)
    means = {"coupling": coupling, "flow": flow, "entropy": entropy, "agreement": agreement}
    return v[None], {name: torch.stack(values) for name, values in means.items()}


def look(spec, kind, weights, image):
    out = {}
    forward = Network(weights, kind, spec).forward(image[None], torch.zeros(1, dtype=torch.long), False)
    u, routed = forward["capsules.primary"], []
    for i, layer in enumerate(spec["intermediate"] + [{"kind": "full", **spec["classes"]}]):
        name = f"capsules.{i}" if i < len(spec["intermediate"]) else "classes"
        if layer["kind"] == "conv":
            geometry = (layer["kernel"], layer["kernel"]), layer["stride"], layer["padding"]
        else:
            geometry = tuple(u.shape[1:3]), 1, 0
        u, means = look_at_layer(u, weights[f"{name}.weight"], weights.get(f"{name}.bias", 0), *geometry, layer["iterations"], kind)
        routed.append(u)
        distance = spec.get("residual", 0)
        if name != "classes" and i > 0 and distance and i % distance == 0 and u.shape == routed[i - distance].shape:
            u = u + routed[i - distance]
        out |= {f"{name}.{key}": value for key, value in means.items()}
        out[f"{name}.vectors"] = u[0]
        # The network of the other script is another way to the same capsules.
        expected = forward[f"capsules.{name}" if name == "classes" else f"capsules.{i}"]
        assert torch.allclose(u.reshape(expected.shape), expected, atol=1e-12)
    return out


def draw(spec, weights, label, vector):
    classes = torch.zeros(INPUT["classes"], len(vector))
    classes[label] = vector
    units = classes.flatten()
    layers = len(spec["decoder"]["hidden"]) + 1
    for i in range(layers):
        units = F.linear(units, weights[f"decoder.{i}.weight"], weights[f"decoder.{i}.bias"])
        units = F.relu(units) if i < layers - 1 else torch.sigmoid(units)
    return units


def strips(spec, weights, label, vector):
    offsets = torch.linspace(-RANGE, RANGE, STEPS)
    changed = [[vector + offset * F.one_hot(torch.tensor(d), len(vector)) for offset in offsets] for d in range(len(vector))]
    return torch.stack([torch.stack([draw(spec, weights, label, v) for v in row]) for row in changed])


if __name__ == "__main__":
    tensors = {}
    for file, kind, spec, seed in [
        ("squash", "squash", SPEC, SEED),
        ("sensitive", "sensitive", SPEC, SEED),
        ("remedies", "squash", REMEDIES, REMEDIES_SEED),
    ]:
        weights, images, _ = random_network(spec, seed)
        pixels = (images[0] * 255).round()
        out = look(spec, kind, weights, pixels / 255)
        classes = out["classes.vectors"][0, 0]
        label = classes.norm(dim=1).argmax().item()
        tensors |= {f"{file}.{name}": value for name, value in out.items()}
        tensors[f"{file}.pixels"] = pixels
        tensors[f"{file}.reconstruction"] = draw(spec, weights, label, classes[label])
        tensors[f"{file}.strips"] = strips(spec, weights, label, classes[label])
    path = Path(__file__).parent / "inside.safetensors"
    as_float32 = {name: value.to(torch.float32).contiguous().clone() for name, value in tensors.items()}
    save_file(as_float32, path, {"range": json.dumps(RANGE), "steps": json.dumps(STEPS)})
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")
