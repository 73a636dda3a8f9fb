/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SHA-256 (FIPS 180-4), for telling files and results apart. */
#ifndef SEGI_DIGEST_H
#define SEGI_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct segi_digest {
    uint32_t state[8];
    uint64_t size;
    uint8_t block[64];
    bool sha; /* the processor's own instructions are used */
};

void segi_digest_begin(struct segi_digest *digest);
void segi_digest_add(struct segi_digest *digest, const void *bytes, size_t size);
/* 64 hexadecimal digits and a terminator. */
void segi_digest_end(struct segi_digest *digest, char text[65]);

/* Of a whole file; SEG_OK or SEG_IO. */
int segi_digest_file(const char *path, char text[65]);

#endif
