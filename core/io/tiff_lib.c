/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening libtiff. It stays open: its codecs keep tables. */
#include "tiff_lib.h"

#include "../base/error.h"
#include "../base/loader.h"

#include <dlfcn.h>
#include <string.h>

int segi_tiff_lib_open(struct segi_tiff_lib *lib, struct seg_error *err)
{
    segi_loader_lock();
    void *module = dlopen(SEGI_TIFF_NAME, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    segi_loader_unlock();
    if (!module)
        return segi_error(err, SEG_IO, "TIFF needs libtiff: %s", dlerror());
    const char *missing = NULL;
#define TIFF_LOOK_UP(name)                                                                         \
    {                                                                                              \
        void *symbol = dlsym(module, #name);                                                       \
        memcpy(&lib->name, &symbol, sizeof symbol);                                                \
        missing = symbol ? missing : #name;                                                        \
    }
    TIFF_FUNCTIONS(TIFF_LOOK_UP)
#undef TIFF_LOOK_UP
    segi_loader_lock();
    dlclose(module);
    segi_loader_unlock();
    return missing ? segi_error(err, SEG_IO, "TIFF needs libtiff 4.5: %s lacks %s", SEGI_TIFF_NAME,
                                missing)
                   : SEG_OK;
}
