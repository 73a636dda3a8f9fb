#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes crack.png and roads.png, which are nobody's photographs: synthetic.py FOLDER."""
import sys

import numpy as np
from scipy import ndimage
from skimage import draw, io

rng = np.random.default_rng(7)


def noise(shape, sigma):
    field = ndimage.gaussian_filter(rng.normal(size=shape), sigma)
    return field / field.std()


def crack(height=240, width=320):
    ground = 150 + 12 * noise((height, width), 30) + 7 * noise((height, width), 1)
    line = np.zeros((height, width))
    for start, steps, turn in ((120, width, 0.0), (150, 140, 0.9), (90, 110, -0.8)):
        y, x, way = start, 0.0 if turn == 0 else width * 0.35, turn
        for _ in range(steps):
            way = 0.9 * way + 0.1 * turn + rng.normal(0, 0.35)
            y, x = y + np.sin(way), x + np.cos(way)
            line[int(np.clip(y, 0, height - 1)), int(np.clip(x, 0, width - 1))] = 1
    depth = ndimage.gaussian_filter(line, 0.9)
    return ground - 75 * depth / depth.max() - 25 * (line > 0)


def roads(height=240, width=320):
    green = 1 + 0.12 * noise((height, width), 12) + 0.08 * noise((height, width), 1)
    image = green[..., None] * (88, 112, 62)
    fields = ndimage.zoom(rng.integers(-18, 19, (4, 5, 1)), (height / 4, width / 5, 1), order=0)
    image += fields * (1, 0.6, 0.4)
    y, x = np.mgrid[:height, :width]
    road = np.abs(y - 150 - 35 * np.sin(x / 60)) < 6
    road |= np.abs(x - 205 - 18 * np.sin(y / 45)) < 5
    road |= (np.abs(y - 0.8 * x + 20) < 5) & (x < 140)
    image[road] = 138 + 6 * noise((height, width), 1)[road][:, None]
    for top, left in ((10, 170), (45, 250), (205, 120), (190, 270), (70, 160)):
        house = tuple(draw.rectangle((top, left), extent=(16, 22), shape=(height, width)))
        image[house] = (176, 88, 70)
    return image


for name, image in (('crack', crack()), ('roads', roads())):
    image = ndimage.gaussian_filter(image, (0.6, 0.6, 0)[:image.ndim])
    io.imsave(f'{sys.argv[1]}/{name}.png', np.clip(image, 0, 255).astype(np.uint8),
              check_contrast=False)
