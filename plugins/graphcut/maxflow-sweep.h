/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flow along straight lines, before the search of maxflow-forest.h: on one line the most that an
 * excess can send ahead is found by looking back from the line's end. That is most of the flow of
 * a block, for two looks at each pixel. What a pixel can take is kept as its level, which has no
 * meaning yet. */

/* One pass over a block for lines in direction k: against it to find how much each pixel can take,
 * or along it to send. */
INLINE void sweep(struct search *s, const struct graphcut_grid *grid, const struct block *block,
                  uint32_t k, bool send)
{
    const int32_t *from = block->from, *to = block->to;
    bool upwards = send == !(k & 1); /* even directions lead to larger numbers */
    for (int32_t i = from[0]; i < to[0]; i++) {
        int32_t z = upwards ? i : from[0] + to[0] - 1 - i;
        for (int32_t j = from[1]; j < to[1]; j++) {
            int32_t y = upwards ? j : from[1] + to[1] - 1 - j;
            size_t row = ((size_t)z * (size_t)grid->height + (size_t)y) * (size_t)grid->width;
            for (int32_t l = from[2]; l < to[2]; l++) {
                uint32_t u = (uint32_t)row + (uint32_t)(upwards ? l : from[2] + to[2] - 1 - l);
                bool open = s->node[u].out & bit(k);
                uint32_t v = open ? neighbour(s, u, k) : u;
                int32_t most = open ? least(s->arc[u][k], s->node[v].level) : 0;
                if (!send) {
                    s->node[u].level = most > s->excess[u] ? most - s->excess[u] : 0;
                } else if (least(most, s->excess[u]) > 0) {
                    int32_t amount = least(most, s->excess[u]);
                    push(s, u, k, v, amount);
                    s->flow += s->excess[v] < 0 ? least(amount, -s->excess[v]) : 0;
                    s->excess[u] -= amount;
                    s->excess[v] += amount;
                }
            }
        }
    }
}

/* Along the axes; lines along diagonals find little more. */
static void sweep_all(struct search *s, const struct graphcut_grid *grid, const struct block *block)
{
#pragma GCC unroll 6
    for (uint32_t k = 0; k < (DIRECTIONS == 4 || DIRECTIONS == 8 ? 4 : 6); k++) {
        sweep(s, grid, block, k, false);
        sweep(s, grid, block, k, true);
    }
}
