"""A Capscope network and its loss in PyTorch: the whole training step but for the optimizer. Names and shapes of the
weights, and the forward pass, are those of docs/weights.md; capsule layers are in capsule_layers.py."""

import torch
import torch.nn.functional as F

from capsule_layers import Geometry, layer, squash


class Network:
    def __init__(self, style, spec, weights):
        """`style` is one of capsule_layers.STYLES; `weights` by name, those trained become leaves of the graph."""
        self.style, self.spec, self.weights = style, spec, weights
        self.sensitive = spec["squash"] == "sensitive"
        # What oneDNN's convolutions prefer.
        self.format = torch.contiguous_format if style == "authors" else torch.channels_last
        for name, weight in weights.items():
            if name.endswith(".conv.weight"):
                weights[name] = weight.contiguous(memory_format=self.format)
        for parameter in self.trainable():
            parameter.requires_grad_()

    def trainable(self):
        kept = (".weight", ".bias")
        return [weight for name, weight in self.weights.items() if name.endswith(kept)]

    def features(self, images):
        """Primary capsules (types, dim, B, height, width); images (B, height, width, channels) in [0, 1]."""
        x = images.permute(0, 3, 1, 2).contiguous(memory_format=self.format)
        for i, block in enumerate(self.spec["backbone"]):
            bn = [self.weights[f"backbone.{i}.bn.{name}"] for name in ("running_mean", "running_var", "weight", "bias")]
            x = F.conv2d(x, self.weights[f"backbone.{i}.conv.weight"], None, block["stride"], block["padding"])
            x = F.relu(F.batch_norm(x, *bn, training=True, momentum=0.1, eps=1e-5), inplace=True)
        p = self.spec["primary"]
        x = F.conv2d(x, self.weights["primary.conv.weight"], self.weights["primary.conv.bias"], p["stride"], p["padding"])
        u = x.permute(1, 0, 2, 3).unflatten(0, (p["types"], p["dim"]))
        return squash(u.contiguous(), 1, self.sensitive)

    def classes(self, images):
        """Class capsules (classes, dim, B)."""
        u = self.features(images)
        for i, described in enumerate([*self.spec["intermediate"], {"kind": "full", **self.spec["classes"]}]):
            last = i == len(self.spec["intermediate"])
            if described["kind"] == "conv":
                window = (described["kernel"], described["kernel"]), described["stride"], described["padding"]
            else:
                window = tuple(u.shape[3:]), 1, 0
            geometry = Geometry(*window, described["iterations"], self.sensitive)
            u = layer(self.style, u, self.weights["classes.weight" if last else f"capsules.{i}.weight"], geometry)
        return u[..., 0, 0]

    def decode(self, classes, target):
        """Images from the class capsules of the label."""
        units = (classes * target.T.unsqueeze(1)).permute(2, 0, 1).flatten(1)
        count = len(self.spec["decoder"]["hidden"]) + 1
        for i in range(count):
            units = F.linear(units, self.weights[f"decoder.{i}.weight"], self.weights[f"decoder.{i}.bias"])
            units = F.relu(units) if i < count - 1 else torch.sigmoid(units)
        return units

    def loss(self, images, labels, reconstruction):
        """Margin loss, with `reconstruction` times the mean squared error if there is a decoder."""
        classes = self.classes(images)
        lengths = torch.sqrt((classes * classes).sum(1) + 1e-12).T  # (B, classes)
        target = F.one_hot(labels, lengths.shape[1])
        margins = target * F.relu(0.9 - lengths) ** 2 + 0.5 * (1 - target) * F.relu(lengths - 0.1) ** 2
        loss = margins.sum() / lengths.shape[0]
        if self.spec["decoder"]:
            loss = loss + reconstruction * F.mse_loss(self.decode(classes, target), images.flatten(1))
        return loss
