/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The minimum cut where a pixel has 8 neighbours. */
#define DIRECTIONS 8
#define SOLVE      graphcut_solve_8
#include "maxflow-forest.h"
