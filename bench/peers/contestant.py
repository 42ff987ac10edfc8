"""A PyTorch contestant of the benchmarks: a process that is asked for one measurement at a time (see bench/contestant.ts).

    python3 bench/peers/contestant.py '{"kind": "step", "style": "tuned", "threads": 2, "file": "problem.safetensors"}'

Needs torch, numpy and safetensors.
"""

import json
import math
import sys
import time

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from capsule_layers import Geometry, layer
from network import Network

# Steps of one measurement go on until this much time has passed.
MEASUREMENT_SECONDS = 0.5


def peak_bytes():
    """Peak resident memory of this process, or None where the system does not tell. The kernel's figure for children
    (ru_maxrss) counts the parent's memory at their start, VmHWM does not."""
    try:
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return None


def prefer_to_be_killed():
    """If memory runs out, this process should go, and no other."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass


def layer_step(job, tensors, metadata):
    """One layer, forward and backward, from fixed capsules, weights and output gradients."""
    shape = json.loads(metadata["shape"])
    kernel = shape["kernelHeight"], shape["kernelWidth"]
    geometry = Geometry(kernel, shape["stride"], shape["padding"], shape["iterations"], shape["squash"] == "sensitive")
    # (batch, height, width, types, dim) in the file
    u = tensors["u"].permute(3, 4, 0, 1, 2).contiguous().requires_grad_()
    weight = tensors["w"].requires_grad_()
    dv = tensors["dv"].permute(3, 4, 0, 1, 2).contiguous()

    def step():
        u.grad = weight.grad = None
        v = layer(job["style"], u, weight, geometry)
        v.backward(dv)
        return v

    def check():
        v = step()
        return [(v.detach() * dv).sum().item(), u.grad.norm().item(), weight.grad.norm().item()]

    return step, check


def training_step(job, tensors, metadata):
    """A step of training: forward, loss, backward, Adam. Batches take turns."""
    net = Network(job["style"], json.loads(metadata["spec"]), tensors)
    training = json.loads(metadata["training"])
    parameters = net.trainable()
    # The fused one does all of Adam in one pass over memory.
    optimizer = torch.optim.Adam(
        parameters, lr=training["learningRate"], weight_decay=training["weightDecay"], fused=job["style"] != "authors"
    )
    batches = list(zip(tensors["images"], tensors["labels"].long()))
    turn = 0

    def step():
        nonlocal turn
        images, labels = batches[turn % len(batches)]
        turn += 1
        optimizer.zero_grad(set_to_none=True)
        loss = net.loss(images, labels, training["reconstruction"])
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, lambda: [step() for _ in batches]


def measure(step):
    """Milliseconds of every step."""
    milliseconds, start = [], time.perf_counter()
    while not milliseconds or time.perf_counter() - start < MEASUREMENT_SECONDS:
        before = time.perf_counter()
        step()
        milliseconds.append(1000 * (time.perf_counter() - before))
    return milliseconds


def main():
    prefer_to_be_killed()
    job = json.loads(sys.argv[1])
    torch.set_num_threads(job["threads"])
    with safe_open(job["file"], "pt") as file:
        metadata = file.metadata()
    step, check = {"layer": layer_step, "step": training_step}[job["kind"]](job, load_file(job["file"]), metadata)

    def reply(value):
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()

    values = check()
    if not all(math.isfinite(value) for value in values):
        raise SystemExit(f"the first results are {values}")
    reply({"check": values, "description": f"PyTorch {torch.__version__}"})
    for request in sys.stdin:
        match request.strip():
            case "measure":
                reply({"milliseconds": measure(step)})
            case "peak":
                reply({"peakBytes": peak_bytes()})


main()
