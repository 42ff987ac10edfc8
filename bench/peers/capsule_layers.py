"""One capsule layer with routing by agreement in PyTorch, in three ways that compute the same:

authors   as public CapsNets write it: a matrix product per child and position, votes with their axes in reading order.
tuned     generic ops, with the layout that suits them: parents last, so that every op runs along contiguous memory, one
          matrix product per child for all parents together, no tensor that is not needed.
compiled  the same layout with a gradient written by hand: votes of a few images at a time, which stay in the cache, computed
          again in the backward pass. torch.compile fuses what is between the matrix products (needs a C++ compiler).

Capsules are (types, dim, batch, height, width), weights (K, types, dim, dim below) as in docs/weights.md.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F

STYLES = ["authors", "tuned", "compiled"]
# Of 2, 4, 8 and 16 images the fastest for the default network on 2 cores.
IMAGES_AT_A_TIME = 4


@dataclass(frozen=True)
class Geometry:
    kernel: tuple[int, int]
    stride: int
    padding: int
    iterations: int
    sensitive: bool

    def outputs(self, height, width):
        size = zip((height, width), self.kernel)
        return [(n + 2 * self.padding - k) // self.stride + 1 for n, k in size]


def squash(s, dim, sensitive):
    n2 = (s * s).sum(dim, keepdim=True)
    factor = 1 - torch.exp(-torch.sqrt(n2)) if sensitive else n2 / (1 + n2)
    return factor / torch.sqrt(n2 + 1e-6) * s


def layer(style, u, weight, geometry):
    """Capsules of a layer from those below."""
    if style == "authors":
        return authors(u, weight, geometry)
    if style == "compiled":
        return Fused.apply(u, weight, geometry)
    types, dim = weight.shape[1:3]
    votes = votes_of(children(u, geometry), weight)
    v = route(votes, geometry)[0]
    return v.view(types, dim, u.shape[2], *geometry.outputs(*u.shape[3:]))


def children(u, geometry):
    """Capsules under every window: (K, dim, parents), child k = (ky * width + kx) * types + type."""
    height, width = geometry.outputs(*u.shape[3:])
    padded, stride = F.pad(u, [geometry.padding] * 4), geometry.stride
    windows = [
        padded[..., y : y + stride * height : stride, x : x + stride * width : stride]
        for y in range(geometry.kernel[0])
        for x in range(geometry.kernel[1])
    ]
    return torch.stack(windows).reshape(len(windows) * u.shape[0], u.shape[1], -1)


def children_gradient(dx, shape, geometry):
    """The adjoint of `children`: what every capsule below gets from its parents. `shape` is that of u."""
    types, dim, batch, below_height, below_width = shape
    height, width = geometry.outputs(below_height, below_width)
    padding, stride = geometry.padding, geometry.stride
    du = dx.new_zeros(types, dim, batch, below_height + 2 * padding, below_width + 2 * padding)
    windows = dx.view(*geometry.kernel, types, dim, batch, height, width)
    for y in range(geometry.kernel[0]):
        for x in range(geometry.kernel[1]):
            du[..., y : y + stride * height : stride, x : x + stride * width : stride] += windows[y, x]
    return du[..., padding : padding + below_height, padding : padding + below_width]


def votes_of(x, weight):
    """(K, types, dim, parents)."""
    return torch.bmm(weight.flatten(1, 2), x).view(*weight.shape[:3], -1)


def route(votes, geometry):
    """Capsules (types, dim, parents), and s of every iteration. Logits are û · (sum of the capsules so far), so none are kept."""
    sums, agreed = [], None
    for _ in range(geometry.iterations):
        s = votes.sum(0) / votes.shape[1] if agreed is None else (coupling(votes, agreed).unsqueeze(2) * votes).sum(0)
        v = squash(s, 1, geometry.sensitive)
        sums.append(s)
        agreed = v if agreed is None else agreed + v
    return v, sums


def coupling(votes, agreed):
    return torch.softmax((votes * agreed).sum(2), 1)


def squash_gradient(s, dv, sensitive):
    """ds = g · dv + 2 g′ · (s · dv) · s for v = g(|s|²) · s."""
    n2 = (s * s).sum(1, keepdim=True)
    shifted = n2 + 1e-6
    length = torch.sqrt(shifted)
    if sensitive:
        norm = torch.sqrt(n2).clamp_min(1e-12)
        decay = torch.exp(-norm)
        g = (1 - decay) / length
        slope = decay / (2 * norm * length) - g / (2 * shifted)
    else:
        g = n2 / ((1 + n2) * length)
        slope = 1 / ((1 + n2) ** 2 * length) - g / (2 * shifted)
    return g * dv + s * (2 * slope * (s * dv).sum(1, keepdim=True))


@torch.compile(dynamic=False)
def fused_forward(x, weight, geometry):
    return route(votes_of(x, weight), geometry)


@torch.compile(dynamic=False)
def fused_backward(x, weight, sums, dv, geometry):
    """Gradients by x and weight. A vote's gradient is a sum of products of coefficients per (k, n) with vectors per n."""
    votes = votes_of(x, weight)
    outputs = [squash(s, 1, geometry.sensitive) for s in sums]
    d_votes, d_logits, d_output = 0, None, dv
    for i in reversed(range(geometry.iterations)):
        ds = squash_gradient(sums[i], d_output, geometry.sensitive)
        if i == 0:
            d_votes = d_votes + ds / votes.shape[1]
            break
        c = coupling(votes, sum(outputs[1:i], outputs[0]))
        weighted = c * (votes * ds).sum(2)
        through = weighted - c * weighted.sum(1, keepdim=True)
        d_logits = through if d_logits is None else d_logits + through
        d_votes = d_votes + c.unsqueeze(2) * ds + d_logits.unsqueeze(2) * outputs[i - 1]
        d_output = (d_logits.unsqueeze(2) * votes).sum(0)
    flat = d_votes.expand(votes.shape).flatten(1, 2)
    return torch.bmm(weight.flatten(1, 2).transpose(1, 2), flat), torch.bmm(flat, x.transpose(1, 2))


class Fused(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u, weight, geometry):
        types, dim = weight.shape[1:3]
        size = geometry.outputs(*u.shape[3:])
        # A layer of one parent per image has few votes: then all images at once.
        ctx.images = u.shape[2] if size == [1, 1] else IMAGES_AT_A_TIME
        ctx.geometry, ctx.sums, parts = geometry, [], []
        for part in u.split(ctx.images, 2):
            v, sums = fused_forward(children(part, geometry), weight, geometry)
            parts.append(v.view(types, dim, part.shape[2], *size))
            ctx.sums.append(sums)
        ctx.save_for_backward(u, weight)
        return torch.cat(parts, 2)

    @staticmethod
    def backward(ctx, dv):
        u, weight = ctx.saved_tensors
        types, dim = weight.shape[1:3]
        d_weight, parts = torch.zeros_like(weight.flatten(1, 2)), []
        for part, sums, d_part in zip(u.split(ctx.images, 2), ctx.sums, dv.split(ctx.images, 2)):
            dx, dw = fused_backward(children(part, ctx.geometry), weight, sums, d_part.reshape(types, dim, -1), ctx.geometry)
            d_weight += dw
            parts.append(children_gradient(dx, part.shape, ctx.geometry))
        return torch.cat(parts, 2), d_weight.view_as(weight), None


def authors(u, weight, geometry):
    types, dim, batch, height, width = u.shape
    out_types, out_dim = weight.shape[1:3]
    size = geometry.outputs(height, width)
    maps = u.permute(2, 0, 1, 3, 4).reshape(batch, types * dim, height, width)
    windows = F.unfold(maps, geometry.kernel, padding=geometry.padding, stride=geometry.stride)
    windows = windows.view(batch, types, dim, geometry.kernel[0] * geometry.kernel[1], -1)
    x = windows.permute(0, 4, 3, 1, 2).flatten(2, 3)  # (batch, positions, K, dim)
    votes = torch.matmul(weight.flatten(1, 2), x.unsqueeze(-1)).view(*x.shape[:3], out_types, out_dim)
    logits = torch.zeros(*x.shape[:3], out_types, 1)
    for i in range(geometry.iterations):
        v = squash((F.softmax(logits, 3) * votes).sum(2, keepdim=True), -1, geometry.sensitive)
        if i < geometry.iterations - 1:
            logits = logits + (v * votes).sum(-1, keepdim=True)
    return v.squeeze(2).permute(2, 3, 0, 1).reshape(out_types, out_dim, batch, *size)
