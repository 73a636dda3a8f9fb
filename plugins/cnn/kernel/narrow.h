/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolutions to few channels. */
#ifndef CNN_NARROW_H
#define CNN_NARROW_H

#include "kernel/kernel.h"

/* It writes planes, not blocks; of any instruction set. */
extern const struct cnn_conv_kernel cnn_narrow_kernel;

#endif
