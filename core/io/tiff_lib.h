/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libtiff, opened when the first TIFF file is met: it brings nine libraries and 3 ms of start-up
 * that no other run should pay for. */
#ifndef SEGI_TIFF_LIB_H
#define SEGI_TIFF_LIB_H

#include "../base/context.h"

#include <tiffio.h>

#define TIFF_FUNCTIONS(X)                                                                          \
    X(TIFFClientOpenExt)                                                                           \
    X(TIFFClose)                                                                                   \
    X(TIFFOpenOptionsAlloc)                                                                        \
    X(TIFFOpenOptionsFree)                                                                         \
    X(TIFFOpenOptionsSetErrorHandlerExtR)                                                          \
    X(TIFFOpenOptionsSetWarningHandlerExtR)                                                        \
    X(TIFFOpenOptionsSetMaxSingleMemAlloc)                                                         \
    X(TIFFGetField)                                                                                \
    X(TIFFGetFieldDefaulted)                                                                       \
    X(TIFFSetField)                                                                                \
    X(TIFFSetDirectory)                                                                            \
    X(TIFFNumberOfDirectories)                                                                     \
    X(TIFFIsTiled)                                                                                 \
    X(TIFFStripSize64)                                                                             \
    X(TIFFTileSize64)                                                                              \
    X(TIFFComputeStrip)                                                                            \
    X(TIFFComputeTile)                                                                             \
    X(TIFFReadEncodedStrip)                                                                        \
    X(TIFFReadEncodedTile)                                                                         \
    X(TIFFWriteEncodedStrip)                                                                       \
    X(TIFFIsCODECConfigured)                                                                       \
    X(TIFFFindField)                                                                               \
    X(TIFFFieldReadCount)                                                                          \
    X(TIFFFieldDataType)                                                                           \
    X(TIFFMergeFieldInfo)

struct segi_tiff_lib {
#define TIFF_POINTER(name) __typeof__(name) *name;
    TIFF_FUNCTIONS(TIFF_POINTER)
#undef TIFF_POINTER
};

/* Fills `lib`; SEG_IO where libtiff cannot be opened. */
int segi_tiff_lib_open(struct segi_tiff_lib *lib, struct seg_error *err);

#endif
