"""Writes the goldens of the fused capsule kernels: what PyTorch computes in float64 for 240 layers of all kinds of shapes, and
for 60 with a bias per capsule type and dimension, as Peer et al. have it (capsnet-limitations, `--use_bias`).

Inputs are not stored: both sides make them from a hash of case, tensor and index. Of large results a sample is stored,
and for all elements together their sum with signs from the hash.

    python3 -m pip install torch numpy safetensors
    python3 test/goldens/write_capsule_layer.py
"""

import json
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
FOLDER = Path(__file__).parent
ATTEMPTS = 50
SAMPLE = 600
# A prime larger than any tensor's factors, so that steps of it visit different elements.
STRIDE = 7919
# Where a capsule of a deep iteration is close to zero, rounding its inputs alone moves the gradients by more than any test
# could tell from a mistake. Inputs of a shape, and after some attempts the shape, are drawn again until float32 PyTorch, and float64
# with inputs off by up to 2^-23 of their size, come as close as this.
WELL_CONDITIONED = 6e-7


def hashed(seed, count):
    """uint32 values of a hash of (seed, index), Wellons' lowbias32."""
    x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32((seed * 0x85EBCA6B) & 0xFFFFFFFF)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return x


def uniform(seed, shape, scale):
    """Values in [-scale / 2, scale / 2), exact in float32 when scale is a power of two."""
    count = int(np.prod(shape))
    values = (hashed(seed, count) >> np.uint32(8)).astype(np.float64) / 2**24 - 0.5
    return torch.tensor(values * scale).reshape(shape)


def squash(s, kind):
    n2 = (s * s).sum(-1, keepdim=True)
    factor = n2 / (1 + n2) if kind == "squash" else 1 - torch.exp(-torch.sqrt(n2))
    return factor * s / torch.sqrt(n2 + 1e-6)


def layer(u, w, bias, c):
    """(B, H, W, types, dim), (K, N, D, dim) and (N, D) -> (B, H', W', N, D); child k = (ky * kernelWidth + kx) * types + type."""
    p, s = c["padding"], c["stride"]
    padded = F.pad(u, (0, 0, 0, 0, p, p, p, p))
    rows, columns = (c["outHeight"] - 1) * s + 1, (c["outWidth"] - 1) * s + 1
    x = torch.cat(
        [padded[:, ky : ky + rows : s, kx : kx + columns : s] for ky in range(c["kernelHeight"]) for kx in range(c["kernelWidth"])], 3
    )
    votes = torch.einsum("knde,byxke->byxknd", w, x)
    logits = torch.zeros(votes.shape[:-1])
    for iteration in range(c["iterations"]):
        coupling = torch.softmax(logits, -1)
        v = squash((coupling.unsqueeze(-1) * votes).sum(3) + bias, c["squash"])
        if iteration < c["iterations"] - 1:
            logits = logits + (votes * v.unsqueeze(3)).sum(-1)
    return v


def draw(rng, i):
    """Every batch, kernel, stride, iteration count and squash comes up often; what does not fit is drawn again."""
    while True:
        full = rng.random() < 0.3
        height, width = rng.randint(1, 6), rng.randint(1, 6)
        kernel, stride = rng.choice([1, 3, 3, 5]), rng.choice([1, 1, 2])
        padding = 0 if full else rng.randint(0, kernel - 1)
        kh, kw = (height, width) if full else (kernel, kernel)
        stride = 1 if full else stride
        out = [(n + 2 * padding - k) // stride + 1 for n, k in ((height, kh), (width, kw))]
        types, dim, out_types, out_dim = (rng.randint(1, 9) for _ in range(4))
        batch = [1, 3, 31, 8, 2, 16, 128, 5, 12, 33][i % 10]
        if min(out) < 1 or batch * out[0] * out[1] * kh * kw * types * out_types * out_dim > 600_000:
            continue
        return {
            "batch": batch, "inHeight": height, "inWidth": width, "inTypes": types, "inDim": dim,
            "outHeight": out[0], "outWidth": out[1], "outTypes": out_types, "outDim": out_dim,
            "kernelHeight": kh, "kernelWidth": kw, "stride": stride, "padding": padding,
            "iterations": i % 8 + 1, "squash": rng.choice(["squash", "sensitive"]),
        }  # fmt: skip


def summary(seed, values):
    """Largest absolute value, signed sum of all, then the sample."""
    flat = values.detach().numpy().ravel()
    signs = np.where(hashed(seed, flat.size) & 1, 1.0, -1.0)
    sample = flat[np.arange(min(SAMPLE, flat.size)) * STRIDE % flat.size]
    return np.concatenate([[np.abs(flat).max(), (flat * signs).sum()], sample]).astype(np.float32)


def compute(c, seed, scale, biased):
    """v, du, dw and dbias in float64, and the larger of how far float32 is from them and how far rounded inputs bring them."""
    children = c["kernelHeight"] * c["kernelWidth"] * c["inTypes"]
    u = uniform(seed, (c["batch"], c["inHeight"], c["inWidth"], c["inTypes"], c["inDim"]), 1.0)
    w = uniform(seed + 1, (children, c["outTypes"], c["outDim"], c["inDim"]), scale)
    dv = uniform(seed + 2, (c["batch"], c["outHeight"], c["outWidth"], c["outTypes"], c["outDim"]), 2.0)
    bias = uniform(seed + 4, (c["outTypes"], c["outDim"]), 1.0) * biased
    noise = [1 + uniform(seed + 3 + i, x.shape, 2**-22) for i, x in enumerate((u, w))]
    exact = evaluate(u, w, bias, dv, c)
    torch.set_default_dtype(torch.float32)
    rounded = evaluate(u.float(), w.float(), bias.float(), dv.float(), c)
    torch.set_default_dtype(torch.float64)
    disturbed = evaluate(u * noise[0], w * noise[1], bias, dv, c)
    return exact, max(((a - b).abs().max() / a.abs().max()).item() for other in (rounded, disturbed) for a, b in zip(exact, other))


def evaluate(u, w, bias, dv, c):
    inputs = [x.detach().requires_grad_() for x in (u, w, bias)]
    v = layer(*inputs, c)
    v.backward(dv)
    return v.detach(), *(x.grad for x in inputs)


def write(name, count, rng, biased):
    tensors, cases, seed, redrawn, worst = {}, [], 0, 0, 0
    while len(cases) < count:
        i = len(cases)
        c = draw(rng, i)
        # About the size that initial matrices have.
        scale = 2.0 if c["kernelHeight"] * c["kernelWidth"] <= 9 else 0.5
        for attempt in range(ATTEMPTS):
            seed += 5 if biased else 4
            results, error = compute(c, seed, scale, biased)
            if error < WELL_CONDITIONED:
                break
        redrawn += attempt
        if error >= WELL_CONDITIONED:
            continue
        worst = max(worst, error)
        cases.append({**c, "seed": seed, "scale": scale})
        for result, values in zip(("v", "du", "dw", "dbias") if biased else ("v", "du", "dw"), results):
            tensors[f"{i}.{result}"] = summary(seed + 3, values)
    file = FOLDER / f"{name}.safetensors"
    save_file(tensors, file, {"cases": json.dumps(cases)})
    print(f"{file.name}: {file.stat().st_size} bytes, {redrawn} inputs drawn again, float32 PyTorch off by up to {worst:.1e}")


if __name__ == "__main__":
    write("capsule-layer", 240, random.Random(20), biased=False)
    write("capsule-bias", 60, random.Random(21), biased=True)
