/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The minimum cut where a pixel has 6 neighbours. */
#define DIRECTIONS 6
#define SOLVE      graphcut_solve_6
#include "maxflow-forest.h"
