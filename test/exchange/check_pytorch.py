"""Loads every network in the folders of the given one, writes its capsules, and trains it for some steps; prints what came of it."""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file

root = pathlib.Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])
from capsnet import load, margin_loss, save  # noqa: E402

torch.manual_seed(1)
found = []
for folder in sorted((path for path in root.iterdir() if path.is_dir()), key=lambda path: int(path.name)):
    model = load(folder / "weights.safetensors")
    images = load_file(folder / "input.safetensors")["images"]
    with torch.no_grad():
        layers = model.layers(images)
        if model.decoder is not None:
            layers["reconstruction"] = model.reconstruct(layers["classes"])
    save_file({name: value.contiguous() for name, value in layers.items()}, folder / "torch.safetensors")
    labels = torch.arange(len(images)) % len(model.spec["classes"])
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer = torch.optim.Adam(model.train().parameters(), lr=1e-3)
    losses = []
    for _ in range(4):
        optimizer.zero_grad()
        loss = margin_loss(model(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    after = model.state_dict()
    still = [name for name in before if not name.startswith("decoder") and torch.equal(before[name], after[name])]
    save(model, folder / "trained.safetensors")
    torch.save(model.state_dict(), folder / "trained.pt")
    torch.save({"epoch": 3, "state_dict": torch.nn.DataParallel(model).state_dict()}, folder / "checkpoint.pt")
    found.append({"losses": losses, "still": still})
print(json.dumps(found))
