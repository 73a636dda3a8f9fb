# SPDX-License-Identifier: LGPL-2.1-or-later
VERIFY_PART=0 VERIFY_PARTS=4
. "$srcdir/tests/support/verify_shipped.sh"
