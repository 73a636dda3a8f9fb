# SPDX-License-Identifier: MIT
"""Tests of segkit.py; python3 test_segkit.py."""
import gc
import threading
import unittest

import numpy

import segkit


def spots(height=96, width=128, dtype=numpy.uint8):
    y, x = numpy.mgrid[:height, :width]
    inside = (y % 32 // 8 == 1) & (x % 32 // 8 == 1)
    return numpy.where(inside, 200, 20).astype(dtype)


class Segkit(unittest.TestCase):
    def setUp(self):
        self.context = segkit.Context(threads=2)

    def test_counts(self):
        result = self.context.run("threshold.otsu ! mask.components", spots())
        labels = result.layer()
        self.assertEqual(labels.dtype, numpy.int32)
        self.assertEqual(labels.max(), 12)
        self.assertTrue(((labels > 0) == (spots() > 100)).all())
        self.assertIn(("mask.components#2", "components", 12.0), result.values())

    def test_arrays_are_not_copied_and_outlive_the_result(self):
        image = spots()
        result = self.context.run("threshold.otsu", image, keep=["input"])
        self.assertTrue(numpy.shares_memory(result.layer("input"), image))
        mask = result.layer()
        del result, self.context
        gc.collect()
        self.assertEqual(mask.sum(), 12 * 64)
        with self.assertRaises(ValueError):
            mask[0, 0] = 1

    def test_any_stride(self):
        image = numpy.zeros((200, 300), numpy.uint16)
        image[10:106, 20:148] = spots(dtype=numpy.uint16)
        for part in (image[10:106, 20:148], image[10:106, 20:148][::-1], spots()[:, ::-1]):
            labels = self.context.run("threshold.otsu ! mask.components", part).layer()
            self.assertEqual(labels.shape, part.shape)
            self.assertEqual(labels.max(), 12)

    def test_planes_yaml_and_further_layers(self):
        image = numpy.stack([spots(), spots(), spots()])
        text = "segkit: 1\nstages:\n  - filter.gray\n  - threshold.otsu: { out: cells }\n"
        self.assertEqual(self.context.run(text, image, keep=["cells"]).layer("cells").sum(), 12 * 64)
        markers = numpy.zeros(spots().shape, numpy.int32)
        markers[0, 0], markers[-1, -1] = 1, 2
        labels = self.context.run("watershed.flood markers=seeds", spots(),
                                  seeds=("labels", markers)).layer()
        self.assertEqual(set(numpy.unique(labels)), {1, 2})

    def test_mistakes(self):
        for words, part in (("threshold.ostu", "did you mean 'threshold.otsu'"),
                            ("filter.gaussian sigma=-1", "'sigma': -1 is not in")):
            with self.assertRaisesRegex(segkit.Error, part):
                self.context.run(words, spots())
        with self.assertRaises(TypeError):
            self.context.run("threshold.otsu", spots(dtype=numpy.int64))
        with self.assertRaises(KeyError):
            self.context.run("threshold.otsu", spots()).layer("nothing")

    def test_several_threads_and_contexts(self):
        def work(context, found):
            for _ in range(20):
                found.append(context.run("threshold.otsu ! mask.components", spots()).layer().max())

        found = []
        contexts = [self.context, self.context, segkit.Context(threads=1)]
        threads = [threading.Thread(target=work, args=(context, found)) for context in contexts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [12] * 60)


if __name__ == "__main__":
    unittest.main()
