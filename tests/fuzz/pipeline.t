#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each case of a pipeline, and what a fuzzer found to be worth keeping, is run or refused with lines.
exec "$builddir/tests/fuzz/fuzz_pipeline" "$srcdir/tests/cases/pipelines" "$srcdir/tests/fuzz/pipelines"
