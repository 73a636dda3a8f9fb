/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the host itself offers to stages by host->extension, without opening a plugin. */
#ifndef SEGI_SERVICE_H
#define SEGI_SERVICE_H

#include <segkit/regions.h>

extern const struct seg_regions_api segi_regions_service;

#endif
