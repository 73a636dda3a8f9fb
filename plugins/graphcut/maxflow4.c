/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The minimum cut where a pixel has 4 neighbours. */
#define DIRECTIONS 4
#define SOLVE      graphcut_solve_4
#include "maxflow-forest.h"
