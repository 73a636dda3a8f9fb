/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SHA-256 by the examples of FIPS 180-4, with and without the processor's instructions. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"

static void check(const char *text, size_t times, const char *want)
{
    static const char *const cpus[] = {"", "portable"};
    for (int i = 0; i < 2; i++) {
        struct segi_digest d;
        char have[65];
        setenv("SEGKIT_CPU", cpus[i], 1);
        segi_digest_begin(&d);
        for (size_t n = 0; n < times; n++)
            segi_digest_add(&d, text, strlen(text));
        segi_digest_end(&d, have);
        cr_expect_str_eq(have, want, "'%.20s', %zu times, '%s'", text, times, cpus[i]);
    }
}

Test(digest, examples)
{
    check("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* However it is cut. */
Test(digest, pieces)
{
    static char text[401];
    memset(text, 'a', 400);
    check(text, 2500, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
