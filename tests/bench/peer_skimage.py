#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""scikit-image and SciPy as a program would use them, for toolbox.

Without arguments prints the rows it knows. With ROW FILE.npy... it does that row once for each byte
that it reads, and answers with processor ms, wall ms and MiB."""
import sys

ROWS = {
    # contour
    'chan_vese 20': lambda g: segmentation.chan_vese(g, tol=0, max_num_iter=20),
    'morph_chan_vese 20': lambda g: segmentation.morphological_chan_vese(g / 255, 20),
    'morph_gac 20': lambda g: segmentation.morphological_geodesic_active_contour(
        segmentation.inverse_gaussian_gradient(g / 255), 20, balloon=1),
    # filter
    'gaussian 1.5': lambda g: filters.gaussian(g, 1.5),
    'gaussian 5': lambda g: filters.gaussian(g, 5),
    'median 3': lambda g: filters.median(g, np.ones((3, 3))),
    'median 5': lambda g: filters.median(g, np.ones((5, 5))),
    'open gray disk 5': lambda g: morphology.opening(g, morphology.disk(5)),
    'open gray disk 25': lambda g: morphology.opening(g, morphology.disk(25)),
    'area_open 64': lambda g: morphology.area_opening(g, 64),
    'reconstruct h 20': lambda g: morphology.reconstruction(
        g.astype(float) - 20, g.astype(float)),
    'sobel': lambda g: filters.sobel(g),
    'laplacian': lambda g: ndi.laplace(g.astype(np.float32)),
    'gradient 2': lambda g: ndi.gaussian_gradient_magnitude(g.astype(np.float32), 2),
    'canny 1.4': lambda g: feature.canny(g, 1.4),
    'rolling ball 15': lambda g: restoration.rolling_ball(g, radius=15),
    'color lab': lambda c: color.rgb2lab(c),
    'stain hed': lambda c: color.rgb2hed(c),
    'sato': lambda g: filters.sato(g),
    'median disk 3': lambda g: filters.median(g, morphology.disk(3)),
    'rank 7': lambda g: ndi.percentile_filter(g, 25, 7),
    'nlmeans': lambda g: restoration.denoise_nl_means(g, 7, 10, 10 / 255),
    'tv': lambda g: restoration.denoise_tv_chambolle(g),
    'clahe': lambda g: exposure.equalize_adapthist(g),
    'equalize': lambda g: exposure.equalize_hist(g),
    'gamma': lambda g: exposure.adjust_gamma(g, 2.2),
    'unsharp': lambda g: filters.unsharp_mask(g, 2),
    'entropy 9': lambda g: filters.rank.entropy(g, morphology.disk(4)),
    # frequency
    'richardson_lucy 10': lambda g: restoration.richardson_lucy(g / 255, psf(2), 10),
    'wiener': lambda g: restoration.wiener(g / 255, psf(2), 0.01),
    # markers
    'distance': lambda m: ndi.distance_transform_edt(m),
    'distance nuclei': lambda m: ndi.distance_transform_edt(m),
    'peaks 7': lambda d: feature.peak_local_max(d, min_distance=7),
    # mask
    'components': lambda m: measure.label(m),
    'components nuclei': lambda m: measure.label(m),
    'open disk 5': lambda m: morphology.binary_opening(m, morphology.disk(5)),
    'fill holes': lambda m: ndi.binary_fill_holes(m),
    'remove small': lambda m: morphology.remove_small_objects(m, 64, 2),
    'remove small nuclei': lambda m: morphology.remove_small_objects(m, 64, 2),
    'skeleton': lambda m: morphology.skeletonize(m),
    'convex hulls': lambda m: morphology.convex_hull_object(m),
    'expand labels': lambda m: segmentation.expand_labels(measure.label(m), 10),
    # superpixel
    'slic 20': lambda c: segmentation.slic(c, c.shape[0] * c.shape[1] // 400, compactness=10,
                                           start_label=1),
    'felzenszwalb 8': lambda c: segmentation.felzenszwalb(c, 300, 0.5, 100),
    'quickshift': lambda c: segmentation.quickshift(c, kernel_size=3, max_dist=6, ratio=0.5),
    # threshold
    'otsu': lambda g: g > filters.threshold_otsu(g),
    'multiotsu 5': lambda g: np.digitize(g, filters.threshold_multiotsu(g, 5)),
    'triangle': lambda g: g > filters.threshold_triangle(g),
    'li': lambda g: g > filters.threshold_li(g),
    'yen': lambda g: g > filters.threshold_yen(g),
    'local_mean 51': lambda g: g > filters.threshold_local(g, 51, method='mean', offset=5),
    'niblack 51': lambda g: g > filters.threshold_niblack(g, 51),
    'local_gaussian 51': lambda g: g > filters.threshold_local(g, 51, offset=5),
    'local_median 21': lambda g: g > filters.threshold_local(g, 21, method='median', offset=5),
    'local_otsu 31': lambda g: g > filters.rank.otsu(g, morphology.disk(15)),
    'hysteresis': lambda g: filters.apply_hysteresis_threshold(g, 100, 150),
    'sauvola 51': lambda g: g > filters.threshold_sauvola(g, 51),
    # walker
    'random_walker': lambda g, markers: segmentation.random_walker(g, markers, beta=130,
                                                                   mode='cg_j'),
    # watershed
    'watershed': lambda relief, markers: segmentation.watershed(relief, markers),
    'watershed compact': lambda relief, markers: segmentation.watershed(relief, markers,
                                                                        compactness=1),
    'watershed line': lambda relief, markers: segmentation.watershed(relief, markers,
                                                                     watershed_line=True),
}

if len(sys.argv) < 2:
    print('\n'.join(ROWS))
    sys.exit()

import os
import time
for threads in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'):
    os.environ[threads] = '1'
import numpy as np
import scipy.ndimage as ndi
from skimage import (
    color, exposure, feature, filters, measure, morphology, restoration, segmentation)


def psf(sigma):
    line = np.exp(-np.arange(-4 * sigma, 4 * sigma + 1)**2 / (2 * sigma**2))
    return np.outer(line, line) / line.sum()**2


def load(path):
    array = np.load(path)
    if array.dtype == np.uint8 and array.max() <= 1:
        array = array.astype(bool)  # a mask
    return np.ascontiguousarray(np.moveaxis(array, 0, -1)) if array.ndim == 3 else array


def memory(name):
    with open('/proc/self/status') as lines:
        return [int(line.split()[1]) for line in lines if line.startswith(name)][0] / 1024


row = ROWS[sys.argv[1]]
inputs = [load(path) for path in sys.argv[2:]]
peak = None
while os.read(0, 1):
    if peak is None:
        with open('/proc/self/clear_refs', 'w') as forget:
            forget.write('5')
        before = memory('VmRSS')
    wall, cpu = time.perf_counter(), time.process_time()
    row(*inputs)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if peak is None:
        peak = memory('VmHWM') - before
    print(f'{cpu * 1e3:.6f} {wall * 1e3:.6f} {peak:.3f}', flush=True)
