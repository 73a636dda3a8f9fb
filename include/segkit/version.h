/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The version, told once: configure and the program read it here. */
#ifndef SEGKIT_VERSION_H
#define SEGKIT_VERSION_H

#define SEG_VERSION_MAJOR  0
#define SEG_VERSION_MINOR  1
#define SEG_VERSION_PATCH  0
#define SEG_VERSION_STRING "0.1.0"

#endif
