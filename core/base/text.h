/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that grows, and guesses at what somebody meant. */
#ifndef SEGI_TEXT_H
#define SEGI_TEXT_H

#include "memory.h"

/* Text being built. After a failed allocation `failed` is set and nothing more is added, so that
 * only the end has to be checked. `data` is NULL or terminated. */
struct segi_text {
    const struct segi_mem *mem;
    char *data;
    size_t length, capacity;
    bool failed;
};

void segi_text_add(struct segi_text *text, const char *data, size_t length);
void segi_text_addf(struct segi_text *text, const char *format, ...) SEG_PRINTF(2, 3);
void segi_text_end(struct segi_text *text); /* frees it; may be used again */

/* The least number of letters to add, drop, change or swap between two words; both are cut at 63
 * letters. */
unsigned segi_distance(const char *a, const char *b);

/* Collects the word nearest to `typed`; `best` stays NULL when none is near enough to suggest. */
struct segi_guess {
    const char *typed, *best;
    unsigned distance;
};
void segi_guess_try(struct segi_guess *guess, const char *word);

#endif
