# SPDX-License-Identifier: LGPL-2.1-or-later
# plugin.h as a later minor version may have it: every struct that states its size has grown.
/^#define SEG_ABI_MINOR/ { print "#define SEG_ABI_MINOR 7"; next }
/^struct seg_(param|port|choice|stage|plugin|view|shape|instance|host) \{/ { grows = 1 }
/^};/ && grows { print "    uint64_t later[3];"; grows = 0 }
{ print }
