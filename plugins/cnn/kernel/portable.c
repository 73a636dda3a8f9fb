/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All kernels in plain C. */
#define CNN_KERNEL_ISA        CNN_PORTABLE
#define CNN_KERNEL_NAME(name) name ".portable"
#define CNN_KERNEL_TABLE      cnn_kernels_portable
#include "kernel/table_body.h"
