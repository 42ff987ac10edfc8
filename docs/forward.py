"""The forward pass of a Capscope weights file in PyTorch; the file's layout is described in weights.md.

    python3 -m pip install torch numpy safetensors
    python3 docs/forward.py weights.safetensors input.safetensors output.safetensors

Reads `images` (B, height, width, channels) in [0, 1] and writes what `capscope forward` writes: the capsules of every layer.
"""

import json
import sys

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file


def squash(s, kind):
    n2 = (s * s).sum(-1, keepdim=True)
    factor = n2 / (1 + n2) if kind == "squash" else 1 - torch.exp(-n2.sqrt())
    return factor * s / torch.sqrt(n2 + 1e-6)


def children(u, kernel, stride, padding):
    """Capsules under every window: (B, H, W, types, dim) -> (B, H', W', K, dim), child k = (ky * width + kx) * types + type."""
    batch, _, _, types, dim = u.shape
    maps = F.pad(u.flatten(3).permute(0, 3, 1, 2), [padding] * 4)
    cut = maps.unfold(2, kernel[0], stride).unfold(3, kernel[1], stride)  # (B, types * dim, H', W', ky, kx)
    cut = cut.unflatten(1, (types, dim)).permute(0, 3, 4, 5, 6, 1, 2)
    return cut.reshape(batch, *cut.shape[1:3], -1, dim)


def capsules(u, weight, bias, kernel, stride, padding, iterations, kind):
    """Routing by agreement; weight (K, types, dim, dim below), bias (types, dim) or 0."""
    votes = torch.einsum("knji,byxki->byxknj", weight, children(u, kernel, stride, padding))
    logits = torch.zeros(votes.shape[:-1])
    for iteration in range(iterations):
        v = squash(torch.einsum("byxkn,byxknj->byxnj", logits.softmax(-1), votes) + bias, kind)
        if iteration < iterations - 1:
            logits = logits + torch.einsum("byxknj,byxnj->byxkn", votes, v)
    return v


def forward(network, w, images, standardisation=None):
    if standardisation:
        images = (images - torch.tensor(standardisation["mean"])) / torch.tensor(standardisation["deviation"])
    x, kind, out = images.permute(0, 3, 1, 2), network["squash"], {}
    for i, block in enumerate(network["backbone"]):
        bn = [w[f"backbone.{i}.bn.{name}"] for name in ("running_mean", "running_var", "weight", "bias")]
        x = F.conv2d(x, w[f"backbone.{i}.conv.weight"], stride=block["stride"], padding=block["padding"])
        x = F.relu(F.batch_norm(x, *bn, eps=1e-5))
    p = network["primary"]
    x = F.conv2d(x, w["primary.conv.weight"], w["primary.conv.bias"], stride=p["stride"], padding=p["padding"])
    # Channel c is dimension c % dim of capsule type c // dim.
    u = out["primary"] = squash(x.permute(0, 2, 3, 1).unflatten(3, (p["types"], p["dim"])), kind)
    layers = [(f"capsules.{i}", layer) for i, layer in enumerate(network["intermediate"])]
    routed, distance = [], network.get("residual", 0)
    for name, layer in [*layers, ("classes", {"kind": "full", **network["classes"]})]:
        if layer["kind"] == "conv":
            window = (layer["kernel"], layer["kernel"]), layer["stride"], layer["padding"]
        else:
            window = tuple(u.shape[1:3]), 1, 0  # fully connected: one window, as large as the map
        u = capsules(u, w[f"{name}.weight"], w.get(f"{name}.bias", 0), *window, layer["iterations"], kind)
        routed.append(u)
        l = len(routed) - 1
        if distance and 0 < l < len(layers) and l % distance == 0 and routed[l - distance].shape == u.shape:
            u = u + routed[l - distance]
        out[name] = u
    out["classes"] = u[:, 0, 0]  # (B, classes, dim); the longest capsule is the prediction
    return out


if __name__ == "__main__":
    weights, source, target = sys.argv[1:]
    with safe_open(weights, "pt") as file:
        spec = json.loads(file.metadata()["capscope.spec"])
    with torch.no_grad():
        result = forward(spec["network"], load_file(weights), load_file(source)["images"], spec.get("standardisation"))
    save_file({name: value.contiguous() for name, value in result.items()}, target)
