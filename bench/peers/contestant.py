"""A PyTorch contestant of the benchmarks: a process that is asked for one measurement at a time (see bench/contestant.ts).

    python3 bench/peers/contestant.py '{"kind": "step", "style": "tuned", "threads": 2, "file": "problem.safetensors"}'

With "device": "cuda" it computes there, in full float32; the style "whole" is the tuned one with torch.compile over all of
the forward pass. Needs torch, numpy and safetensors.
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
# Steps of a card that are timed as one.
GPU_STEPS = 10


def peak_bytes():
    """Peak resident memory of this process, or None where the system does not tell. The kernel's figure for children
    (ru_maxrss) counts the parent's memory at their start, VmHWM does not."""
    try:
        with open("/proc/self/status") as status:
            return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return None


def gpu_bytes(job):
    """Peak memory that PyTorch has taken on the card; the CUDA context comes on top."""
    return torch.cuda.max_memory_reserved() if job.get("device") == "cuda" else None


def settle(job):
    """Waits until what was asked of the card is done."""
    if job.get("device") == "cuda":
        torch.cuda.synchronize()


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

    whole = job["style"] == "whole"
    forward = torch.compile(lambda u, weight: layer("tuned", u, weight, geometry)) if whole else None

    def step():
        u.grad = weight.grad = None
        v = forward(u, weight) if whole else layer(job["style"], u, weight, geometry)
        v.backward(dv)
        return v

    def check():
        v = step()
        return [(v.detach() * dv).sum().item(), u.grad.norm().item(), weight.grad.norm().item()]

    return step, check


def training_step(job, tensors, metadata):
    """A step of training: forward, loss, backward, Adam. Batches take turns."""
    whole = job["style"] == "whole"
    net = Network("tuned" if whole else job["style"], json.loads(metadata["spec"]), tensors)
    loss_of = torch.compile(net.loss) if whole else net.loss
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
        loss = loss_of(images, labels, training["reconstruction"])
        loss.backward()
        optimizer.step()
        return loss

    return step, lambda: [step().item() for _ in batches]


def measure(step, job):
    """Milliseconds of every step; on a card of several together, because it works on several at once."""
    together = GPU_STEPS if job.get("device") == "cuda" else 1
    milliseconds, start = [], time.perf_counter()
    while not milliseconds or time.perf_counter() - start < MEASUREMENT_SECONDS:
        before = time.perf_counter()
        for _ in range(together):
            result = step()
        # As the engine, which reads its losses.
        result.detach()[(0,) * result.dim()].item()
        settle(job)
        milliseconds.append(1000 * (time.perf_counter() - before) / together)
    return milliseconds


def main():
    prefer_to_be_killed()
    job = json.loads(sys.argv[1])
    torch.set_num_threads(job["threads"])
    with safe_open(job["file"], "pt") as file:
        metadata = file.metadata()
    device = job.get("device", "cpu")
    # What the engine computes in, too: not TF32, which keeps ten bits of the fraction.
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    tensors = {name: tensor.to(device) for name, tensor in load_file(job["file"]).items()}
    step, check = {"layer": layer_step, "step": training_step}[job["kind"]](job, tensors, metadata)
    on = f", {torch.cuda.get_device_name()}" if device == "cuda" else ""

    def reply(value):
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()

    values = check()
    if not all(math.isfinite(value) for value in values):
        raise SystemExit(f"the first results are {values}")
    reply({"check": values, "description": f"PyTorch {torch.__version__}{on}"})
    for request in sys.stdin:
        match request.strip():
            case "measure":
                reply({"milliseconds": measure(step, job)})
            case "peak":
                reply({"peakBytes": peak_bytes(), "gpuBytes": gpu_bytes(job)})


main()
