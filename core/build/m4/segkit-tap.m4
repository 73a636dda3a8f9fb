# SPDX-License-Identifier: LGPL-2.1-or-later

# SEG_TAP: automake installs its TAP driver only when told that it is needed.
AC_DEFUN([SEG_TAP], [AC_REQUIRE_AUX_FILE([tap-driver.sh])
AC_PROG_AWK])
