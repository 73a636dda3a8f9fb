#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Train the model of examples/models/nuclei and write it in ncnn's format.

  nuclei.py train DATA OUT   learn from DATA/*.png and DATA/*.mask.png, keep the best weights in OUT
  nuclei.py export OUT       write OUT/nuclei.param and OUT/nuclei.bin from OUT/nuclei.pt
  nuclei.py score DATA OUT   AP at 0.5 and mean IoU of OUT/nuclei.pt on all pairs of DATA

Debian: python3-torch python3-numpy python3-pil python3-scipy python3-skimage. The seed is fixed, so
that the same versions on the same machine give the same weights.

The network says for each pixel how far inside a nucleus it lies: its three channels are background,
rim and core, and the truth for a pixel of a nucleus is core = d, rim = 1 - d, where d is the
distance to the nucleus' edge divided by the largest in that nucleus or by DEPTH pixels, whichever is
less. Cross entropy against these soft truths makes the core channel a distance map that reaches 1 in
every nucleus, which is what a watershed wants.
"""
import argparse
import copy
import os
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy import ndimage as ndi
from torch import nn

SEED = 20
CHANNELS = (16, 32, 56, 88, 104)
CROP = 128
DEPTH = 6
BATCH = 8
CONTRAST = (1.0, 99.8)  # percentiles that become 0 and 255; the sidecar says the same


class Unit(nn.Sequential):
    """Convolution, batch normalisation, ReLU: one Convolution layer once exported."""

    def __init__(self, inputs, outputs, size=3, stride=1):
        super().__init__(nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False),
                         nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Net(nn.Module):
    """A U-Net that adds its skips, so that full resolution needs 16 channels and no more."""

    def __init__(self):
        super().__init__()
        c = CHANNELS
        self.down = nn.ModuleList()
        for i, n in enumerate(c):
            self.down.append(nn.Sequential(Unit(c[i - 1] if i else 3, n, stride=2 if i else 1),
                                           Unit(n, n)))
        self.narrow = nn.ModuleList(Unit(c[i + 1], c[i], size=1) for i in range(len(c) - 1))
        self.up = nn.ModuleList(Unit(c[i], c[i]) for i in range(len(c) - 1))
        self.head = nn.Conv2d(c[0], 3, 1)
        self.coarse = nn.ModuleList(nn.Conv2d(n, 3, 1) for n in c[1:3])  # for training alone

    def forward(self, x):
        return self.levels(x)[0]

    def levels(self, x):
        """Scores at full, half and quarter resolution."""
        skips, coarse = [], []
        for block in self.down:
            x = block(x)
            skips.append(x)
        for i in reversed(range(len(self.up))):
            x = F.interpolate(self.narrow[i](x), scale_factor=2, mode='bilinear')
            x = self.up[i](x + skips[i])
            if 1 <= i <= 2:
                coarse.insert(0, self.coarse[i - 1](x))
        return [self.head(x), *coarse]


# -- data ------------------------------------------------------------------------------------------

def contrast(image):
    """Map two percentiles of all samples to 0 and 1, as the sidecar's `contrast` does."""
    count = np.bincount(image.ravel(), minlength=256).cumsum()
    low, high = (int(np.searchsorted(count, np.ceil(p / 100 * image.size))) for p in CONTRAST)
    return np.clip((image.astype(np.float32) - low) / max(high - low, 1), 0, 1)


def truth(labels):
    """Nucleus or not, normalised distance, and a weight that is higher where two nuclei touch."""
    depth = np.zeros(labels.shape, np.float32)
    for i, box in enumerate(ndi.find_objects(labels)):
        if box is None:
            continue
        one = np.pad(labels[box] == i + 1, 1)
        d = ndi.distance_transform_edt(one)[1:-1, 1:-1]
        depth[box] = np.maximum(depth[box], np.minimum(d / min(d.max(), DEPTH), 1))
    high = ndi.maximum_filter(labels, 5)
    low = ndi.minimum_filter(np.where(labels > 0, labels, 1 << 30), 5)
    touch = (high > 0) & (low < high)
    return np.stack([labels > 0, depth, 1 + 2 * touch]).astype(np.float32)


def read(folder):
    """All pairs: (name, image 3xHxW in 0..1, labels)."""
    pairs = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.mask.png'):
            continue
        image = np.asarray(Image.open(os.path.join(folder, name.replace('.mask', ''))).convert('RGB'))
        labels = np.asarray(Image.open(os.path.join(folder, name))).astype(np.int32)
        pairs.append((name[:-9], contrast(image).transpose(2, 0, 1).copy(), labels))
    return pairs


def kind(image, labels):
    """Images of one kind look alike: size, grey or coloured, bright or dark nuclei."""
    gray = image.mean(0)
    coloured = np.abs(image[0] - image[1]).mean() > 0.01
    dark = gray[labels > 0].mean() < gray[labels == 0].mean() if labels.any() else False
    return image.shape[1:], bool(coloured), bool(dark)


def jitter(x, rng):
    """Change what does not matter: tint, polarity, gamma, gain, noise."""
    if rng.random() < 0.15:
        x = x.mean(0, keepdims=True).repeat(3, 0)
    if rng.random() < 0.15:
        x = x[rng.permutation(3)]
    if rng.random() < 0.1:
        x = 1 - x
    if rng.random() < 0.3:
        x = x * rng.uniform(0.6, 1.1, (3, 1, 1))
    if rng.random() < 0.15:
        x = ndi.gaussian_filter(x, (0, *[rng.uniform(0.5, 1.5)] * 2))
    x = np.clip(x, 0, 1) ** np.exp(rng.uniform(-0.6, 0.6))
    x = x * rng.uniform(0.6, 1.2) + rng.uniform(-0.1, 0.1)
    if rng.random() < 0.3:
        x = x + rng.normal(0, rng.uniform(0, 0.08), x.shape)
    return np.clip(x, 0, 1).astype(np.float32)


def crop(image, target, rng):
    """A random window, scaled, turned and flipped; zeros outside, as at the edge of a canvas."""
    side = [int(round(CROP / np.exp(rng.uniform(-0.5, 0.5)) * np.exp(rng.uniform(-.1, .1))))
            for _ in range(2)]
    h, w = image.shape[1:]
    y, x = (int(rng.integers(min(0, n - s) - 8, max(0, n - s) + 9)) for n, s in zip((h, w), side))
    inside = np.flatnonzero(target[0])
    if len(inside) and rng.random() < 0.6:  # around some nucleus
        at = inside[rng.integers(len(inside))]
        y, x = at // w - int(rng.integers(side[0])), at % w - int(rng.integers(side[1]))
    window = np.zeros((6, *side), np.float32)
    top, left = max(y, 0), max(x, 0)
    part = np.s_[:, top:min(y + side[0], h), left:min(x + side[1], w)]
    both = np.concatenate([jitter(image[part], rng), target[part]])
    window[:, top - y:top - y + both.shape[1], left - x:left - x + both.shape[2]] = both
    window = F.interpolate(torch.from_numpy(window)[None], (CROP, CROP), mode='bilinear')[0]
    window = torch.rot90(window, int(rng.integers(4)), (1, 2))
    return window.flip(2) if rng.random() < 0.5 else window


# -- score -----------------------------------------------------------------------------------------

def infer(net, image):
    """Scores of a whole image, padded around its centre to a multiple of 16."""
    h, w = image.shape[1:]
    ph, pw = -h % 16, -w % 16
    x = F.pad(torch.from_numpy(image)[None], (pw // 2, pw - pw // 2, ph // 2, ph - ph // 2))
    with torch.no_grad():
        return net(x).softmax(1)[0, :, ph // 2:ph // 2 + h, pw // 2:pw // 2 + w].numpy()


def instances(scores, mask=0.55, height=0.1, least=0.3, area=20):
    """As examples/pipelines/nuclei-cnn.yaml: peaks of the core that stand out, and a watershed."""
    from skimage.morphology import reconstruction
    from skimage.segmentation import watershed
    inside = scores[0] < 1 - mask
    depth = ndi.gaussian_filter(scores[2], 1)
    tops = depth - reconstruction(depth - height, depth) > 0.999 * height
    markers, n = ndi.label(tops & (depth > least), np.ones((3, 3)))
    labels = watershed(-depth, markers, mask=inside)
    small = np.bincount(labels.ravel(), minlength=n + 1) < area
    return np.where(small[labels], 0, labels)


def matches(got, want):
    """True positives at IoU 0.5, both counts, and the best IoU of each true nucleus."""
    table = np.zeros((want.max() + 1, got.max() + 1))
    np.add.at(table, (want.ravel(), got.ravel()), 1)
    union = table.sum(1, keepdims=True) + table.sum(0, keepdims=True) - table
    iou = (table / np.maximum(union, 1))[1:, 1:]
    real = table.sum(1)[1:] > 0
    iou = iou[real]
    found = int((table[:, 1:].sum(0) > 0).sum())
    best = iou.max(1) if iou.size else np.zeros(len(iou))
    return int((iou > 0.5).sum()), found, int(real.sum()), best


def score(net, pairs):
    """Mean over images of AP at 0.5, TP / (TP + FP + FN), and of the mean best IoU."""
    net.eval()
    ap, mean = [], []
    for _, image, labels in pairs:
        tp, found, real, best = matches(instances(infer(net, image)), labels)
        ap.append(tp / max(found + real - tp, 1))
        mean.append(best.mean() if real else 1.0)
    return float(np.mean(ap)), float(np.mean(mean))


# -- training --------------------------------------------------------------------------------------

def loss_of(net, batch):
    """Weighted cross entropy; the coarse levels teach the deep layers early."""
    loss = 0
    for level, scores in enumerate(net.levels(batch[:, :3])):
        nucleus, depth, weight = F.avg_pool2d(batch[:, 3:], 1 << level).unbind(1)
        want = torch.stack([1 - nucleus, nucleus - depth, depth], 1).clamp(0, 1)
        one = -(want * scores.log_softmax(1)).sum(1) * weight.clamp(min=0.5)
        loss = loss + one.mean() * (0.3 if level else 1)
    return loss


def train(data, out, steps, rate, start, threads):
    torch.manual_seed(SEED)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    rng = np.random.default_rng(SEED)
    pairs = read(data)
    groups = {}
    for pair in pairs:
        groups.setdefault(kind(pair[1], pair[2]), []).append(pair)
    held = [p for g in groups.values() for p in g[4::8]]  # one in eight of each kind
    groups = {k: [p for i, p in enumerate(g) if i % 8 != 4] for k, g in groups.items()}
    targets = {p[0]: truth(p[2]) for g in groups.values() for p in g}
    keys = list(groups)
    share = np.array([len(groups[k]) ** 0.5 for k in keys])
    share /= share.sum()

    net = Net().to(memory_format=torch.channels_last)
    if start:
        net.load_state_dict(torch.load(start), strict=False)
    mean = copy.deepcopy(net).eval()  # the running mean of the weights is what is kept
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, pct_start=0.1)
    best, running = -1.0, 0.0
    for step in range(1, steps + 1):
        net.train()
        batch = []
        for k in rng.choice(len(keys), BATCH, p=share):
            name, image, _ = groups[keys[k]][rng.integers(len(groups[keys[k]]))]
            batch.append(crop(image, targets[name], rng))
        loss = loss_of(net, torch.stack(batch).contiguous(memory_format=torch.channels_last))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        keep = min(0.995, 1 - 10 / (step + 10))
        with torch.no_grad():
            for a, b in zip(mean.state_dict().values(), net.state_dict().values()):
                a.copy_(a * keep + b * (1 - keep) if a.is_floating_point() else b)
        running += loss.item()
        if step % 200 == 0 or step == steps:
            ap, iou = score(mean, held)
            print(f'step {step} loss {running / 200:.4f} held-out AP {ap:.4f} IoU {iou:.4f}',
                  flush=True)
            running = 0.0
            if ap + iou > best:
                best = ap + iou
                torch.save(mean.state_dict(), os.path.join(out, 'nuclei.pt'))


# -- export ----------------------------------------------------------------------------------------

class Writer:
    """ncnn's text .param and its .bin, weights as fp16."""

    def __init__(self):
        self.layers, self.blobs, self.weights = [], 0, bytearray()

    def layer(self, kind, name, bottoms, tops, params=''):
        self.blobs += len(tops)
        words = [f'{kind:24} {name:16} {len(bottoms)} {len(tops)}', *bottoms, *tops, params]
        self.layers.append(' '.join(words).rstrip())
        return tops[0]

    def convolution(self, name, bottom, conv, norm=None):
        weight, bias = conv.weight.detach(), conv.bias
        if norm is not None:
            gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            weight = weight * gain[:, None, None, None]
            bias = norm.bias - norm.running_mean * gain
        size, stride = conv.kernel_size[0], conv.stride[0]
        params = f'0={conv.out_channels} 1={size} 3={stride} 4={size // 2} 5=1 6={weight.numel()}'
        params += ' 9=1' if norm is not None else ''
        half = weight.detach().numpy().astype('<f2').tobytes()
        self.weights += struct.pack('<I', 0x01306B47) + half + b'\0' * (-len(half) % 4)
        self.weights += bias.detach().numpy().astype('<f4').tobytes()
        return self.layer('Convolution', name, [bottom], [name], params)

    def save(self, stem):
        with open(stem + '.param', 'w', encoding='ascii') as f:
            f.write('\n'.join(['7767517', f'{len(self.layers)} {self.blobs}', *self.layers]) + '\n')
        with open(stem + '.bin', 'wb') as f:
            f.write(self.weights)


def export(out):
    net = load(out)
    writer = Writer()
    x = writer.layer('Input', 'image', [], ['image'])
    last = len(CHANNELS) - 1
    skips = []
    for i, block in enumerate(net.down):
        for j, unit in enumerate(block):
            x = writer.convolution(f'down{i}_{j}', x, unit[0], unit[1])
        if i < last:
            skips.append(f'skip{i}')
            x = writer.layer('Split', f'split{i}', [x], [f'next{i}', f'skip{i}'])
    for i in reversed(range(last)):
        x = writer.convolution(f'narrow{i}', x, net.narrow[i][0], net.narrow[i][1])
        x = writer.layer('Interp', f'enlarge{i}', [x], [f'enlarge{i}'], '0=2 1=2.0 2=2.0')
        x = writer.layer('BinaryOp', f'add{i}', [x, skips[i]], [f'add{i}'], '0=0')
        x = writer.convolution(f'up{i}', x, net.up[i][0], net.up[i][1])
    writer.convolution('scores', x, net.head)
    writer.save(os.path.join(out, 'nuclei'))


def load(out):
    net = Net()
    net.load_state_dict(torch.load(os.path.join(out, 'nuclei.pt')))
    return net.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    commands = parser.add_subparsers(dest='command', required=True)
    for name in ('train', 'export', 'score'):
        command = commands.add_parser(name)
        if name != 'export':
            command.add_argument('data')
        command.add_argument('out')
        if name == 'train':
            command.add_argument('--steps', type=int, default=4000)
            command.add_argument('--rate', type=float, default=3e-3)
            command.add_argument('--start', help='weights to go on from')
            command.add_argument('--threads', type=int, default=1)
    o = parser.parse_args()
    if o.command == 'train':
        os.makedirs(o.out, exist_ok=True)
        train(o.data, o.out, o.steps, o.rate, o.start, o.threads)
    if o.command != 'score':
        export(o.out)
    else:
        print('AP %.4f mean IoU %.4f' % score(load(o.out), read(o.data)))


if __name__ == '__main__':
    sys.exit(main())
