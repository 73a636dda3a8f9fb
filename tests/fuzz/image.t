#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a fuzzer found to be worth keeping, and the collection of malformed images, must be read or
# refused with one line.
exec "$builddir/tests/fuzz/fuzz_image" "$srcdir/tests/fuzz/images" "$SEGKIT_SHARED/data/malformed"
