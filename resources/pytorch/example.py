import torch
from capsnet import load, margin_loss

model = load("weights.safetensors")
images = torch.rand(8, *(model.spec["input"][side] for side in ("height", "width", "channels")))  # intensities in [0, 1]
labels = torch.arange(8) % len(model.spec["classes"])
print("they look like", [model.spec["classes"][i] for i in model(images).norm(dim=-1).argmax(1)])
optimizer = torch.optim.Adam(model.train().parameters(), lr=1e-3)
margin_loss(model(images), labels).backward()
optimizer.step()  # one step of training; save(model, "trained.safetensors") keeps it
