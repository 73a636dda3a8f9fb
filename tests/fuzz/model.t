#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Networks that a fuzzer found to be worth keeping must run or be refused with a message.
exec "$builddir/tests/fuzz/fuzz_model" "$srcdir/tests/fuzz/models"
