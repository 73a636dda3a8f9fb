/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flow along shortest paths, before the search of maxflow-forest.h in a region where much is left:
 * the excesses far away move first and gather what is on their way, so that a pixel is looked at
 * once where the search would walk a path for each of them. What cannot go on stays where it came
 * to, which changes no cut's cost: fewer and larger roots, closer to what they are for. The search
 * then makes it exact. A pixel's level is its distance here. */

enum { FAR = INT32_MAX };

/* Finds how far each pixel is from a deficit, or from an excess where `source` is false; lists
 * those that it reaches, the nearest first. Returns how many. */
INLINE uint32_t wave_levels(struct search *s, const struct graphcut_grid *grid,
                            const struct block *block, bool source, uint32_t *reached)
{
    uint32_t count = 0;
    for (int32_t z = block->from[0]; z < block->to[0]; z++) {
        for (int32_t y = block->from[1]; y < block->to[1]; y++) {
            size_t row = ((size_t)z * (size_t)grid->height + (size_t)y) * (size_t)grid->width;
            for (int32_t x = block->from[2]; x < block->to[2]; x++) {
                uint32_t v = (uint32_t)(row + (size_t)x);
                bool end = source ? s->excess[v] < 0 : s->excess[v] > 0;
                s->node[v].level = end ? 1 : FAR;
                reached[count] = v;
                count += end;
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t v = reached[i];
        for (arc_set set = towards(&s->node[v], source); set; set &= (arc_set)(set - 1)) {
            uint32_t u = neighbour(s, v, lowest(set));
            if (s->node[u].level == FAR) {
                s->node[u].level = s->node[v].level + 1;
                reached[count++] = u;
            }
        }
    }
    return count;
}

/* Sends what pixel v has, an excess or where `source` is false a deficit, one step on. */
INLINE void wave_send(struct search *s, uint32_t v, int32_t has, bool source)
{
    int32_t level = s->node[v].level;
    for (arc_set set = away(&s->node[v], source); set && has; set &= (arc_set)(set - 1)) {
        uint32_t k = lowest(set), u = neighbour(s, v, k);
        if (s->node[u].level >= level)
            continue;
        int32_t amount = least(has, source ? s->arc[v][k] : s->arc[u][k ^ 1]);
        int32_t lacks = source ? -s->excess[u] : s->excess[u];
        if (source)
            push(s, v, k, u, amount);
        else
            push(s, u, k ^ 1, v, amount);
        has -= amount;
        s->flow += lacks > 0 ? least(amount, lacks) : 0;
        s->excess[u] += source ? amount : -amount;
    }
    s->excess[v] = source ? has : -has;
}

INLINE void wave(struct search *s, const struct graphcut_grid *grid, const struct block *block,
                 bool source)
{
    uint32_t *reached = s->orphans.slot; /* as many as pixels, and no orphans yet */
    for (uint32_t i = wave_levels(s, grid, block, source, reached); i-- > 0;) {
        int32_t has = source ? s->excess[reached[i]] : -s->excess[reached[i]];
        if (has > 0)
            wave_send(s, reached[i], has, source);
    }
}

/* Excesses towards the deficits, and what is left of those towards the excesses. */
static void wave_both(struct search *s, const struct graphcut_grid *grid, const struct block *block)
{
    wave(s, grid, block, true);
    wave(s, grid, block, false);
}
