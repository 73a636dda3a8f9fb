/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shared loops for any processor. */
#define CNN_SIMD_TABLE cnn_simd_portable
#include "simd/simd_body.h"
