/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Growing text; edit distance for "did you mean". */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool reserve(struct segi_text *text, size_t more)
{
    size_t need;
    void *data = text->data;
    if (text->failed || !segi_size_add(text->length, more, &need) ||
        !segi_size_add(need, 1, &need) || !segi_reserve(text->mem, &data, &text->capacity, need, 1))
        text->failed = true;
    else
        text->data = data;
    return !text->failed;
}

void segi_text_add(struct segi_text *text, const char *data, size_t length)
{
    if (!reserve(text, length))
        return;
    memcpy(text->data + text->length, data, length);
    text->length += length;
    text->data[text->length] = 0;
}

void segi_text_addf(struct segi_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || !reserve(text, (size_t)n)) {
        text->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(text->data + text->length, (size_t)n + 1, format, args);
    va_end(args);
    text->length += (size_t)n;
}

void segi_text_end(struct segi_text *text)
{
    segi_free(text->mem, text->data);
    *text = (struct segi_text){.mem = text->mem};
}

#define LETTERS 63

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: Damerau's distance in which no letter is edited twice. */
unsigned segi_distance(const char *a, const char *b)
{
    unsigned rows[3][LETTERS + 1];
    const size_t n = strnlen(a, LETTERS), m = strnlen(b, LETTERS);
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= m; j++)
        last[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least(least(now[j - 1], last[j]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
        unsigned *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[m];
}

void segi_guess_try(struct segi_guess *guess, const char *word)
{
    const unsigned limit = (unsigned)strnlen(guess->typed, LETTERS) / 3 + 1;
    const unsigned distance = segi_distance(guess->typed, word);
    if (distance <= limit && (!guess->best || distance < guess->distance)) {
        guess->best = word;
        guess->distance = distance;
    }
}
