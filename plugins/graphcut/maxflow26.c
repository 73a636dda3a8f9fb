/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The minimum cut where a pixel has 26 neighbours. */
#define DIRECTIONS 26
#define SOLVE      graphcut_solve_26
#include "maxflow-forest.h"
