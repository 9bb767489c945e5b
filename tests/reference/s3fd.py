"""S3FD ("S3FD: Single Shot Scale-invariant Face Detector", Zhang et al. 2017) as the SyncNet reference uses it, in PyTorch.

Written from the published architecture, so that its state dict has the names and shapes of `sfd_face.pth`.
"""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

MEAN = (123.0, 117.0, 104.0)            # of R, G, B, taken off the input
CELLS, SIDES = (4, 8, 16, 32, 64, 128), (16, 32, 64, 128, 256, 512)    # pixels, of the six layers: grid step, side of the prior box
CENTRE_VARIANCE, SIZE_VARIANCE = 0.1, 0.2
MIN_CONFIDENCE, OVERLAP, MOST_CONSIDERED, MOST_KEPT = 0.05, 0.3, 5000, 750


class L2Norm(nn.Module):
    def __init__(self, channels: int, scale: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), scale))

    def forward(self, x: Tensor) -> Tensor:
        return x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10) * self.weight[:, None, None]


def vgg() -> nn.ModuleList:
    layers: list[nn.Module] = []
    channels = 3
    for outputs, count, ceil in ((64, 2, False), (128, 2, False), (256, 3, True), (512, 3, False), (512, 3, False)):
        for _ in range(count):
            layers += [nn.Conv2d(channels, outputs, 3, padding=1), nn.ReLU()]
            channels = outputs
        layers.append(nn.MaxPool2d(2, 2, ceil_mode=ceil))
    layers += [nn.Conv2d(512, 1024, 3, padding=6, dilation=6), nn.ReLU(), nn.Conv2d(1024, 1024, 1), nn.ReLU()]
    return nn.ModuleList(layers)


class S3fd(nn.Module):
    """RGB minus MEAN [1, 3, H, W] -> for every prior box, (face's probability [P], box [P, 4] as left, top, right, bottom in 0..1)."""

    def __init__(self) -> None:
        super().__init__()
        self.vgg = vgg()
        self.L2Norm3_3, self.L2Norm4_3, self.L2Norm5_3 = L2Norm(256, 10.0), L2Norm(512, 8.0), L2Norm(512, 5.0)
        self.extras = nn.ModuleList([nn.Conv2d(1024, 256, 1), nn.Conv2d(256, 512, 3, 2, 1), nn.Conv2d(512, 128, 1), nn.Conv2d(128, 256, 3, 2, 1)])
        channels = (256, 512, 512, 1024, 512, 256)
        self.loc = nn.ModuleList([nn.Conv2d(c, 4, 3, padding=1) for c in channels])
        self.conf = nn.ModuleList([nn.Conv2d(c, 4 if i == 0 else 2, 3, padding=1) for i, c in enumerate(channels)])

    def sources(self, x: Tensor) -> list[Tensor]:
        sources = []
        norms = {15: self.L2Norm3_3, 22: self.L2Norm4_3, 29: self.L2Norm5_3}
        for k, layer in enumerate(self.vgg):
            x = layer(x)
            if k in norms:
                sources.append(norms[k](x))
        sources.append(x)
        for k, layer in enumerate(self.extras):
            x = F.relu(layer(x))
            if k % 2 == 1:
                sources.append(x)
        return sources

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        height, width = x.shape[2:]
        scores, boxes = [], []
        for k, source in enumerate(self.sources(x)):
            conf, loc = self.conf[k](source), self.loc[k](source)[0]
            background = conf[:, :-1].max(1).values       # the first layer has three ways to be no face
            scores.append(torch.softmax(torch.stack([background, conf[:, -1]], 1), 1)[0, 1].flatten())
            rows, columns = source.shape[2:]
            y, x0 = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
            w, h = SIDES[k] / width, SIDES[k] / height
            cx = (x0 + 0.5) * CELLS[k] / width + loc[0] * CENTRE_VARIANCE * w
            cy = (y + 0.5) * CELLS[k] / height + loc[1] * CENTRE_VARIANCE * h
            bw, bh = w * torch.exp(loc[2] * SIZE_VARIANCE), h * torch.exp(loc[3] * SIZE_VARIANCE)
            boxes.append(torch.stack([cx - bw / 2, cy - bh / 2, cx + bw / 2, cy + bh / 2], 2).flatten(0, 1))
        return torch.cat(scores), torch.cat(boxes)


def suppress(scores: Tensor, boxes: Tensor, overlap: float) -> list[int]:
    """Non-maximum suppression: indices of the kept, best first."""
    left, top, right, bottom = boxes.unbind(1)
    areas = (right - left) * (bottom - top)
    order = scores.argsort(descending=True)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(int(best))
        both = ((torch.minimum(right[best], right[rest]) - torch.maximum(left[best], left[rest])).clamp(min=0)
                * (torch.minimum(bottom[best], bottom[rest]) - torch.maximum(top[best], top[rest])).clamp(min=0))
        order = rest[both / (areas[best] + areas[rest] - both) <= overlap]
    return keep


def detect_faces(model: S3fd, rgb: Tensor, confidence: float, scale_to: tuple[float, float]) -> Tensor:
    """As the reference's two rounds of suppression: [faces, 5] = box in pixels of a scale_to (width, height) image, score."""
    with torch.no_grad():
        scores, boxes = model(rgb - torch.tensor(MEAN)[:, None, None])
    likely = scores > MIN_CONFIDENCE
    scores, boxes = scores[likely], boxes[likely]
    considered = scores.argsort(descending=True)[:MOST_CONSIDERED]
    scores, boxes = scores[considered], boxes[considered]
    first = suppress(scores, boxes, OVERLAP)[:MOST_KEPT]
    scores, boxes = scores[first], boxes[first]
    boxes = boxes[scores > confidence] * torch.tensor([*scale_to, *scale_to])
    scores = scores[scores > confidence]
    last = suppress(scores, boxes, 0.1)
    return torch.cat([boxes[last], scores[last, None]], 1)
