"""A capsule network of Capscope in PyTorch: load its weights file, predict, train on, save. The file's layout is in docs/weights.md.

    python3 -m pip install torch numpy safetensors
    python3 capsnet.py weights.safetensors input.safetensors output.safetensors

Run so, it reads `images` (B, height, width, channels) in [0, 1] and writes what `capscope forward` writes: the capsules of
every layer.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn


def squash(s, kind):
    n2 = (s * s).sum(-1, keepdim=True)
    # The square root has no derivative at 0.
    factor = n2 / (1 + n2) if kind == "squash" else 1 - torch.exp(-n2.clamp(min=1e-24).sqrt())
    return factor * s / torch.sqrt(n2 + 1e-6)


def children(u, kernel, stride, padding):
    """Capsules under every window: (B, H, W, types, dim) -> (B, H', W', K, dim), child k = (ky * width + kx) * types + type."""
    batch, _, _, types, dim = u.shape
    maps = F.pad(u.flatten(3).permute(0, 3, 1, 2), [padding] * 4)
    cut = maps.unfold(2, kernel[0], stride).unfold(3, kernel[1], stride)  # (B, types * dim, H', W', ky, kx)
    cut = cut.unflatten(1, (types, dim)).permute(0, 3, 4, 5, 6, 1, 2)
    return cut.reshape(batch, *cut.shape[1:3], -1, dim)


class Capsules(nn.Module):
    """Routing by agreement; weight (K, types, dim, dim below), bias (types, dim)."""

    def __init__(self, layer, map_below, dim_below, types_below, network):
        super().__init__()
        full = layer["kind"] == "full"  # One window, as large as the map.
        self.kernel = tuple(map_below) if full else (layer["kernel"],) * 2
        self.stride, self.padding = (1, 0) if full else (layer["stride"], layer["padding"])
        self.iterations, self.squash = layer["iterations"], network["squash"]
        self.types, self.dim, self.full = layer["types"], layer["dim"], full
        count = self.kernel[0] * self.kernel[1] * types_below
        self.weight = nn.Parameter(torch.empty(count, self.types, self.dim, dim_below))
        self.bias = nn.Parameter(torch.empty(self.types, self.dim)) if network.get("bias") else None
        self.map = [(size + 2 * self.padding - kernel) // self.stride + 1 for size, kernel in zip(map_below, self.kernel)]
        start = network.get("initialisation", "paper")
        paper = 0.1 if full else 0.5
        nn.init.normal_(self.weight, std=paper if start == "paper" else self.types * math.sqrt(start["gain"] / (count * self.dim)))
        if self.bias is not None:
            nn.init.constant_(self.bias, 0.1)

    def forward(self, u):
        votes = torch.einsum("knji,byxki->byxknj", self.weight, children(u, self.kernel, self.stride, self.padding))
        logits = votes.new_zeros(votes.shape[:-1])
        for iteration in range(self.iterations):
            s = torch.einsum("byxkn,byxknj->byxnj", logits.softmax(-1), votes)
            v = squash(s if self.bias is None else s + self.bias, self.squash)
            if iteration < self.iterations - 1:
                logits = logits + torch.einsum("byxknj,byxnj->byxkn", votes, v)
        return v


class Block(nn.Module):
    """Convolution without bias, batch norm, ReLU."""

    def __init__(self, block, channels):
        super().__init__()
        size = {"kernel_size": block["kernel"], "stride": block["stride"], "padding": block["padding"]}
        self.conv = nn.Conv2d(channels, block["channels"], bias=False, **size)
        self.bn = nn.BatchNorm2d(block["channels"])

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Primary(nn.Module):
    """Convolution with bias; channel c is dimension c % dim of capsule type c // dim."""

    def __init__(self, primary, channels, kind):
        super().__init__()
        size = {"kernel_size": primary["kernel"], "stride": primary["stride"], "padding": primary["padding"]}
        self.conv = nn.Conv2d(channels, primary["types"] * primary["dim"], **size)
        self.shape, self.squash = (primary["types"], primary["dim"]), kind

    def forward(self, x):
        return squash(self.conv(x).permute(0, 2, 3, 1).unflatten(3, self.shape), self.squash)


class CapsNet(nn.Module):
    """`spec` is what a weights file says of its network; parameters are named as in the file."""

    def __init__(self, spec):
        super().__init__()
        self.spec = spec
        network, size = spec["network"], spec["input"]
        channels, shape = size["channels"], [size["height"], size["width"]]
        self.backbone = nn.ModuleList()
        for block in network["backbone"]:
            self.backbone.append(Block(block, channels))
            channels, shape = block["channels"], self._after(block, shape)
        self.primary = Primary(network["primary"], channels, network["squash"])
        shape = self._after(network["primary"], shape)
        types, dim = self.primary.shape
        self.capsules = nn.ModuleList()
        for layer in network["intermediate"]:
            self.capsules.append(Capsules(layer, shape, dim, types, network))
            shape, types, dim = self.capsules[-1].map, layer["types"], layer["dim"]
        last = {"kind": "full", "types": size["classes"], **network["classes"]}
        self.classes = Capsules(last, shape, dim, types, network)
        self.decoder = None
        if network["decoder"]:
            sizes = [last["types"] * last["dim"], *network["decoder"]["hidden"], size["height"] * size["width"] * size["channels"]]
            self.decoder = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    @staticmethod
    def _after(layer, shape):
        return [(size + 2 * layer["padding"] - layer["kernel"]) // layer["stride"] + 1 for size in shape]

    def layers(self, images):
        """The capsules of every layer by name, of images (B, height, width, channels) in [0, 1]."""
        scale = self.spec.get("standardisation")
        if scale:
            images = (images - images.new_tensor(scale["mean"])) / images.new_tensor(scale["deviation"])
        x, out, routed = images.permute(0, 3, 1, 2), {}, []
        for block in self.backbone:
            x = block(x)
        u = out["primary"] = self.primary(x)
        distance = self.spec["network"].get("residual", 0)
        for l, layer in enumerate(self.capsules):
            u = layer(u)
            routed.append(u)
            if distance and 0 < l and l % distance == 0 and routed[l - distance].shape == u.shape:
                u = u + routed[l - distance]
            out[f"capsules.{l}"] = u
        out["classes"] = self.classes(u)[:, 0, 0]
        return out

    def forward(self, images):
        """Class capsules (B, classes, dim): the longest is the prediction, its length the probability."""
        return self.layers(images)["classes"]

    def reconstruct(self, classes, chosen=None):
        """The images (B, height, width, channels) that the chosen class capsules describe; without a choice, the longest ones."""
        chosen = classes.norm(dim=-1).argmax(-1) if chosen is None else chosen
        x = (classes * F.one_hot(chosen, classes.shape[1]).unsqueeze(-1)).flatten(1)
        for linear in self.decoder[:-1]:
            x = F.relu(linear(x))
        size = self.spec["input"]
        return torch.sigmoid(self.decoder[-1](x)).unflatten(1, (size["height"], size["width"], size["channels"]))


def margin_loss(classes, labels):
    """Summed over classes, mean over images (Sabour et al. 2017, eq. 4)."""
    # As the engine has it: without the last term, a capsule of length 0 would have no gradient.
    lengths = ((classes * classes).sum(-1) + 1e-12).sqrt()
    target = F.one_hot(labels, classes.shape[1])
    present, absent = F.relu(0.9 - lengths) ** 2, F.relu(lengths - 0.1) ** 2
    return (target * present + 0.5 * (1 - target) * absent).sum(1).mean()


def load(path):
    """The network in a weights file, ready to predict."""
    with safe_open(path, "pt") as file:
        model = CapsNet(json.loads(file.metadata()["capscope.spec"]))
    # Batches that batch norm has seen are counted by PyTorch alone.
    counted = {name: value for name, value in model.state_dict().items() if name.endswith("num_batches_tracked")}
    model.load_state_dict({**load_file(path), **counted})
    return model.eval()


def save(model, path):
    """Writes a weights file that `capscope import-weights` and `load` read."""
    tensors = {name: value.contiguous() for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    save_file(tensors, path, metadata={"capscope.spec": json.dumps(model.spec)})


if __name__ == "__main__":
    weights, source, target = sys.argv[1:]
    with torch.no_grad():
        result = load(weights).layers(load_file(source)["images"])
    save_file({name: value.contiguous() for name, value in result.items()}, target)
