"""Writes the goldens of the network: what PyTorch computes in float64 for small networks and single routing layers.

An implementation of its own, after the papers: Sabour, Frosst & Hinton 2017, Dynamic Routing Between Capsules;
Wang et al. 2023 (arXiv 2310.06344) for the CCM loss; Sahu & Altahhan 2024 (arXiv 2410.16908) for the architecture;
Peer et al. (code of capsnet-limitations) for the capsule bias; Gugglberger, Peer & Rodríguez-Sánchez 2021 (arXiv 2104.07393,
code of res-capsnet) for residual capsules: identity shortcuts between layers two apart, added after squash.
Inputs are rounded to float32 before anything is computed, so both sides start from the same numbers.
Results are stored as float32, which is a hundred times finer than what the tests ask for.

    python3 -m pip install torch numpy safetensors
    python3 test/goldens/write_network.py
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
FOLDER = Path(__file__).parent / "network"

INPUT = {"height": 12, "width": 12, "channels": 2, "classes": 3}
# No two neighbouring numbers are equal, so that mixed-up axes show.
SPEC = {
    "backbone": [
        {"channels": 4, "kernel": 3, "stride": 1, "padding": 1},
        {"channels": 6, "kernel": 3, "stride": 2, "padding": 1},
    ],
    "primary": {"types": 3, "dim": 4, "kernel": 3, "stride": 1, "padding": 0},
    "intermediate": [
        {"kind": "conv", "types": 2, "dim": 3, "kernel": 3, "stride": 1, "padding": 1, "iterations": 3},
        {"kind": "full", "types": 5, "dim": 6, "iterations": 2},
    ],
    "classes": {"dim": 7, "iterations": 3},
    "decoder": {"hidden": [8, 9]},
}
# Both, with a shortcut from the first intermediate layer to the third.
REMEDIES = {
    **SPEC,
    "intermediate": [
        {"kind": "conv", "types": 3, "dim": 2, "kernel": 3, "stride": 1, "padding": 1, "iterations": 3},
        {"kind": "conv", "types": 2, "dim": 4, "kernel": 3, "stride": 1, "padding": 1, "iterations": 2},
        {"kind": "conv", "types": 3, "dim": 2, "kernel": 3, "stride": 1, "padding": 1, "iterations": 3},
        {"kind": "full", "types": 5, "dim": 6, "iterations": 2},
    ],
    "bias": True,
    "residual": 2,
}
BATCH = 5
# Of several seeds one with which PyTorch's own float32 gradients differ from float64 by less than 4e-6 of their largest value.
# With others cancellation costs up to 3e-5, and the tests would measure that.
SEED = 8
REMEDIES_SEED = 26
# Much larger than in practice, so that no term hides behind the others.
RECONSTRUCTION = 0.3
# The decay is large, so that a step with the wrong kind of it goes another way.
ADAMW = {"learningRate": 1e-3, "weightDecay": 1, "ccm": 0.01, "steps": 5}
ADAM = {"learningRate": 1e-3, "weightDecay": 0.01, "ccm": 0.01, "steps": 5}


def float32(x):
    return x.to(torch.float32).to(torch.float64)


def squash(s, kind):
    n2 = (s * s).sum(-1, keepdim=True)
    # The root of 0 has no derivative; nothing is taken from there.
    length = torch.where(n2 > 0, n2, torch.ones_like(n2)).sqrt() * (n2 > 0)
    factor = n2 / (1 + n2) if kind == "squash" else 1 - torch.exp(-length)
    return factor * s / torch.sqrt(n2 + 1e-6)


def windows(u, kernel, stride, padding):
    """(B, H, W, types, dim) -> (B, H', W', K, dim) with child k = (ky * kw + kx) * types + type."""
    b, h, w, n, d = u.shape
    maps = F.pad(u.reshape(b, h, w, n * d).permute(0, 3, 1, 2), [padding] * 4)
    cut = maps.unfold(2, kernel[0], stride).unfold(3, kernel[1], stride)  # (B, n·d, H', W', kh, kw)
    hh, ww = cut.shape[2:4]
    return cut.reshape(b, n, d, hh, ww, *kernel).permute(0, 3, 4, 5, 6, 1, 2).reshape(b, hh, ww, -1, d)


def route(u, weight, kernel, stride, padding, iterations, kind, bias=0):
    """Routing by agreement (Sabour et al. 2017, procedure 1). Returns capsules and the last coupling coefficients."""
    votes = torch.einsum("knji,byxki->byxknj", weight, windows(u, kernel, stride, padding))
    b = torch.zeros(votes.shape[:-1])
    for i in range(iterations):
        c = torch.softmax(b, dim=-1)
        v = squash(torch.einsum("byxkn,byxknj->byxnj", c, votes) + bias, kind)
        if i < iterations - 1:
            b = b + torch.einsum("byxknj,byxnj->byxkn", votes, v)
    return v, c


def ccm(maps):
    """Mean absolute correlation between the batch-averaged maps of a layer; (B, C, H, W). A constant map has none, not even with itself."""
    a = maps.mean(0).flatten(1)
    varied = a[a.amax(1) > a.amin(1)]
    centred = varied - varied.mean(1, keepdim=True)
    unit = centred / centred.norm(dim=1, keepdim=True)
    return (unit @ unit.T).abs().sum() / len(a) ** 2


class Network:
    def __init__(self, weights, kind, spec=SPEC):
        self.weights = {name: value.clone() for name, value in weights.items()}
        self.kind = kind
        self.spec = spec

    def trainable(self):
        return {name: value for name, value in self.weights.items() if ".running_" not in name}

    def forward(self, images, labels, training):
        """images (B, H, W, C). Everything computed on the way, by the names of the golden files."""
        p, out, spec = self.weights, {}, self.spec
        x = images.permute(0, 3, 1, 2)
        correlations = []
        for i, block in enumerate(spec["backbone"]):
            n = f"backbone.{i}"
            x = F.conv2d(x, p[f"{n}.conv.weight"], stride=block["stride"], padding=block["padding"])
            x = F.batch_norm(
                x, p[f"{n}.bn.running_mean"], p[f"{n}.bn.running_var"], p[f"{n}.bn.weight"], p[f"{n}.bn.bias"], training, 0.1, 1e-5
            )
            assert x.abs().min() > 2e-6, "a value so close to ReLU's kink that float32 may fall on the other side"
            x = F.relu(x)
            correlations.append(ccm(x))
            out[f"maps.{n}"] = x.permute(0, 2, 3, 1)
        primary = spec["primary"]
        x = F.conv2d(x, p["primary.conv.weight"], p["primary.conv.bias"], primary["stride"], primary["padding"])
        correlations.append(ccm(x))
        maps = x.permute(0, 2, 3, 1)
        out["maps.primary"] = maps
        u = squash(maps.reshape(*maps.shape[:3], primary["types"], primary["dim"]), self.kind)
        out["capsules.primary"] = u
        routed = []
        for i, layer in enumerate(spec["intermediate"] + [{"kind": "full", **spec["classes"]}]):
            n = f"capsules.{i}" if i < len(spec["intermediate"]) else "classes"
            if layer["kind"] == "conv":
                geometry = (layer["kernel"], layer["kernel"]), layer["stride"], layer["padding"]
            else:
                geometry = tuple(u.shape[1:3]), 1, 0
            u, _ = route(u, p[f"{n}.weight"], *geometry, layer["iterations"], self.kind, p.get(f"{n}.bias", 0))
            routed.append(u)
            distance = spec.get("residual", 0)
            if n != "classes" and i > 0 and distance and i % distance == 0 and u.shape == routed[i - distance].shape:
                u = u + routed[i - distance]
            out[f"capsules.{n}" if n == "classes" else f"capsules.{i}"] = u
        classes = u[:, 0, 0]
        out["capsules.classes"] = classes
        lengths = classes.norm(dim=2)
        out["lengths"] = lengths

        target = F.one_hot(labels, INPUT["classes"])
        units = (classes * target[:, :, None]).flatten(1)
        layers = len(spec["decoder"]["hidden"]) + 1
        for i in range(layers):
            units = F.linear(units, p[f"decoder.{i}.weight"], p[f"decoder.{i}.bias"])
            units = F.relu(units) if i < layers - 1 else torch.sigmoid(units)
        out["reconstruction"] = units.reshape(images.shape)
        present = target * F.relu(0.9 - lengths) ** 2
        absent = 0.5 * (1 - target) * F.relu(lengths - 0.1) ** 2
        out["loss.margin"] = (present + absent).sum(1).mean()
        out["loss.reconstruction"] = F.mse_loss(out["reconstruction"], images)
        out["loss.ccm"] = torch.stack(correlations).sum()
        return out

    def loss(self, out, alpha):
        return out["loss.margin"] + RECONSTRUCTION * out["loss.reconstruction"] - alpha * out["loss.ccm"]


def random_network(spec=SPEC, seed=SEED):
    """Weights of the network, images and labels. Drawn wider than initial weights are, so that every part of the loss is at work."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape, scale, mean=0):
        return float32(mean + scale * torch.randn(*shape, generator=generator))

    weights, channels, size = {}, INPUT["channels"], INPUT["height"]
    for i, block in enumerate(spec["backbone"]):
        c, k, n = block["channels"], block["kernel"], f"backbone.{i}"
        weights[f"{n}.conv.weight"] = normal(c, channels, k, k, scale=0.3)
        weights[f"{n}.bn.weight"] = normal(c, scale=0.2, mean=1)
        weights[f"{n}.bn.bias"] = normal(c, scale=0.3)
        weights[f"{n}.bn.running_mean"] = normal(c, scale=0.3)
        weights[f"{n}.bn.running_var"] = float32(0.5 + torch.rand(c, generator=generator))
        size, channels = (size + 2 * block["padding"] - k) // block["stride"] + 1, c
    weights["backbone.1.bn.bias"][2] = -6  # a channel that ReLU silences on every image: its map is constant
    primary = spec["primary"]
    types, dim, k = primary["types"], primary["dim"], primary["kernel"]
    weights["primary.conv.weight"] = normal(types * dim, channels, k, k, scale=0.3)
    weights["primary.conv.bias"] = normal(types * dim, scale=0.3)
    size = (size + 2 * primary["padding"] - k) // primary["stride"] + 1
    for i, layer in enumerate(spec["intermediate"]):
        conv = layer["kind"] == "conv"
        window = layer["kernel"] ** 2 if conv else size**2
        weights[f"capsules.{i}.weight"] = normal(window * types, layer["types"], layer["dim"], dim, scale=0.5)
        if spec.get("bias"):
            weights[f"capsules.{i}.bias"] = normal(layer["types"], layer["dim"], scale=0.3)
        size = (size + 2 * layer["padding"] - layer["kernel"]) // layer["stride"] + 1 if conv else 1
        types, dim = layer["types"], layer["dim"]
    weights["classes.weight"] = normal(size**2 * types, INPUT["classes"], spec["classes"]["dim"], dim, scale=0.6)
    if spec.get("bias"):
        weights["classes.bias"] = normal(INPUT["classes"], spec["classes"]["dim"], scale=0.1)
    units = INPUT["classes"] * spec["classes"]["dim"]
    for i, out in enumerate([*spec["decoder"]["hidden"], INPUT["height"] * INPUT["width"] * INPUT["channels"]]):
        weights[f"decoder.{i}.weight"] = normal(out, units, scale=0.4)
        weights[f"decoder.{i}.bias"] = normal(out, scale=0.3)
        units = out
    shape = BATCH, INPUT["height"], INPUT["width"], INPUT["channels"]
    images = float32(torch.rand(shape, generator=generator))
    labels = torch.randint(INPUT["classes"], [BATCH], generator=generator)
    return weights, images, labels


def write_network(file, kind, spec, network):
    """Returns the lengths of the class capsules in training."""
    weights, images, labels = network
    golden = {f"weights.{name}": value for name, value in weights.items()}
    golden |= {"images": images, "labels": labels}
    for mode in ["train", "test"]:
        for alpha in [0, 0.01, 1]:
            net = Network(weights, kind, spec)
            for value in net.trainable().values():
                value.requires_grad_()
            out = net.forward(images, labels, mode == "train")
            total = net.loss(out, alpha)
            gradients = torch.autograd.grad(total, list(net.trainable().values()))
            if alpha == 0:
                golden |= {f"{mode}.{name}": value for name, value in out.items()}
            golden[f"{mode}.alpha{alpha}.total"] = total
            golden |= {f"{mode}.alpha{alpha}.gradient.{name}": g for name, g in zip(net.trainable(), gradients)}
        if mode == "train":
            golden |= {f"{mode}.after.{name}": value for name, value in net.weights.items() if ".running_" in name}
            lengths = out["lengths"]
    write(f"{file}.safetensors", golden, spec={**spec, "squash": kind}, input=INPUT, reconstruction=RECONSTRUCTION)
    return lengths


def write_networks():
    network = random_network()
    present = F.one_hot(network[2], INPUT["classes"]).bool()
    lengths = [write_network(kind, kind, SPEC, network) for kind in ["squash", "sensitive"]]
    present, lengths = torch.stack([present, present]), torch.stack(lengths)
    for cases in [present & (lengths < 0.9), present & (lengths > 0.9), ~present & (lengths < 0.1), ~present & (lengths > 0.1)]:
        assert cases.any(), "one side of a margin is not covered"


def write_adam(file, optimizer_class, settings):
    weights, images, labels = random_network()
    net = Network(weights, "squash")
    for value in net.trainable().values():
        value.requires_grad_()
    optimizer = optimizer_class(net.trainable().values(), lr=settings["learningRate"], weight_decay=settings["weightDecay"])
    losses = []
    for _ in range(settings["steps"]):
        loss = net.loss(net.forward(images, labels, True), settings["ccm"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    golden = {f"weights.{name}": value for name, value in weights.items()}
    golden |= {f"after.{name}": value for name, value in net.weights.items()}
    golden |= {"images": images, "labels": labels, "losses": torch.stack(losses)}
    write(f"{file}.safetensors", golden, spec={**SPEC, "squash": "squash"}, input=INPUT, reconstruction=RECONSTRUCTION, adam=settings)


ROUTING = [
    # (height, width), (types, dim) below, (types, dim), kernel, stride, padding, iterations
    ("same-3x3", (4, 5), (3, 4), (2, 5), (3, 3), 1, 1, 3),
    ("stride-2", (7, 5), (2, 3), (4, 2), (3, 3), 2, 1, 2),
    ("kernel-5-no-padding", (6, 7), (2, 3), (3, 2), (5, 5), 1, 0, 1),
    ("kernel-5-stride-2", (6, 7), (1, 2), (3, 4), (5, 5), 2, 2, 4),
    ("gaps", (8, 7), (2, 4), (3, 3), (2, 2), 3, 0, 3),
    ("pointwise", (3, 2), (5, 3), (4, 6), (1, 1), 1, 0, 4),
    ("whole-map", (3, 2), (4, 3), (5, 6), (3, 2), 1, 0, 2),
    ("one-parent", (2, 2), (3, 4), (1, 4), (2, 2), 1, 0, 3),
]


def write_routing():
    generator = torch.Generator().manual_seed(9)
    golden, cases = {}, []
    for name, (h, w), (n, d), (parents, dim), kernel, stride, padding, iterations in ROUTING:
        u = float32(torch.randn(2, h, w, n, d, generator=generator) * 0.7)
        u[0, 0, 0, 0] = 0  # a capsule that has vanished
        weight = float32(torch.randn(kernel[0] * kernel[1] * n, parents, dim, d, generator=generator) * 0.6)
        for kind in ["squash", "sensitive"]:
            arguments = [u.clone().requires_grad_(), weight.clone().requires_grad_()]
            v, c = route(*arguments, kernel, stride, padding, iterations, kind)
            dv = float32(torch.randn(v.shape, generator=generator))
            du, dw = torch.autograd.grad(v, arguments, dv)
            tensors = {"u": u, "w": weight, "v": v, "c": c.flatten(0, 2), "dv": dv, "du": du, "dw": dw}
            golden |= {f"{name}.{kind}.{key}": value for key, value in tensors.items()}
        cases.append(
            {
                "name": name,
                "shape": {
                    "batch": 2,
                    **{"inHeight": h, "inWidth": w, "inTypes": n, "inDim": d},
                    **{"outHeight": v.shape[1], "outWidth": v.shape[2], "outTypes": parents, "outDim": dim},
                    **{"kernelHeight": kernel[0], "kernelWidth": kernel[1], "stride": stride, "padding": padding},
                    "iterations": iterations,
                },
            }
        )
    write("routing.safetensors", golden, cases=cases)


def check_gradients():
    """The reference itself against finite differences."""
    generator = torch.Generator().manual_seed(10)
    u = torch.randn(1, 3, 3, 2, 3, generator=generator, requires_grad=True)
    weight = torch.randn(18, 2, 3, 3, generator=generator, requires_grad=True)
    for kind in ["squash", "sensitive"]:
        assert torch.autograd.gradcheck(lambda a, b: route(a, b, (3, 3), 2, 1, 3, kind)[0], [u, weight])
    assert torch.autograd.gradcheck(ccm, [torch.randn(2, 3, 2, 2, generator=generator, requires_grad=True)])
    weights, images, labels = random_network()
    for kind in ["squash", "sensitive"]:
        for training in [True, False]:

            def loss(vector, names):
                net, start = Network(weights, kind), 0
                for name in names:
                    size = weights[name].numel()
                    net.weights[name] = vector[start : start + size].reshape(weights[name].shape)
                    start += size
                return net.loss(net.forward(images, labels, training), 0.01)

            # The lowest layer's gradient passes through everything above.
            names = ["backbone.0.conv.weight", "backbone.0.bn.weight", "backbone.0.bn.bias", "primary.conv.bias"]
            vector = torch.cat([weights[name].flatten() for name in names]).requires_grad_()
            assert torch.autograd.gradcheck(lambda x: loss(x, names), [vector], eps=1e-7, atol=1e-6)


def write(name, tensors, **metadata):
    FOLDER.mkdir(exist_ok=True)
    # Cloned, because safetensors refuses tensors that share memory.
    as_float32 = {key: value.detach().to(torch.float32).contiguous().clone() for key, value in tensors.items()}
    save_file(as_float32, FOLDER / name, {key: json.dumps(value) for key, value in metadata.items()})
    print(f"{name}: {len(tensors)} tensors, {(FOLDER / name).stat().st_size} bytes")


if __name__ == "__main__":
    check_gradients()
    write_networks()
    write_network("remedies", "squash", REMEDIES, random_network(REMEDIES, REMEDIES_SEED))
    write_adam("adam", torch.optim.Adam, ADAM)
    write_adam("adamw", torch.optim.AdamW, ADAMW)
    write_routing()
