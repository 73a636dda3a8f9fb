#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sidecars that a fuzzer found to be worth keeping must be used or refused with a message.
exec "$builddir/tests/fuzz/fuzz_sidecar" "$srcdir/tests/fuzz/sidecars"
