#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes images/ and truth/: printed pages, photographed badly, of which every pixel's truth is known."""
import os
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

HEIGHT, WIDTH, FINE = 240, 400, 4  # letters are drawn FINE times as large
TEXT = '''Separate the ink from the paper, said
the clerk, and leave the stains behind.
It was late; the lamp stood to one side
and threw the binding's shadow over the
page. What was written overleaf showed
through, and in the corner the ink had
faded until it was hardly darker than
the paper it was written on. A single
threshold, he knew, would not do: what
is ink in the light is paper in the dark.'''
rng = np.random.default_rng(11)
y, x = np.mgrid[:HEIGHT, :WIDTH] / HEIGHT


def noise(sigma):
    field = ndimage.gaussian_filter(rng.normal(size=(HEIGHT, WIDTH)), sigma)
    return field / field.std()


def ink(text, font):
    """How much of each pixel is covered with ink."""
    page = Image.new('L', (WIDTH * FINE, HEIGHT * FINE))
    ImageDraw.Draw(page).multiline_text((14 * FINE, 12 * FINE), text, 255, spacing=5 * FINE,
                                        font=ImageFont.truetype(font, 15 * FINE))
    return np.asarray(page.resize((WIDTH, HEIGHT), Image.BOX)) / 255


def pages():
    """The name of a page, its ink, how dark that is, and the bare paper under its light."""
    paper = 205 + 4 * noise(20)
    serif, mono = ink(TEXT, 'DejaVuSerif-Bold.ttf'), ink(TEXT, 'DejaVuSansMono-Bold.ttf')
    yield 'shadow', serif, 0.72, paper * (0.3 + 0.7 / (1 + np.exp(-6 * (x - 0.25 * y - 0.5))))
    stain = sum(np.exp(-(((x - a) / r) ** 2 + ((y - b) / r) ** 2) ** 3)
                for a, b, r in ((0.4, 0.3, 0.22), (1.1, 0.7, 0.28)))
    yield 'stains', mono, 0.65, paper * (1 - 0.45 * stain)
    overleaf = ndimage.gaussian_filter(serif[::-1, ::-1], 1.5)
    yield 'overleaf', serif, 0.6, paper * (1 - 0.3 * overleaf)
    yield 'faded', mono, 0.15 + 0.5 * np.clip(1.3 - x, 0, 1), paper * (0.75 + 0.25 * y)


for name, letters, darkness, bare in pages():
    image = ndimage.gaussian_filter(bare * (1 - darkness * letters), 0.6) + 3 * noise(0.5)
    Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).save(
        os.path.join(sys.argv[1], 'images', name + '.jpg'), quality=90)
    Image.fromarray(np.uint8(255 * (letters > 0.5))).save(
        os.path.join(sys.argv[1], 'truth', name + '.png'), optimize=True)
