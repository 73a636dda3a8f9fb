/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of the kernels that the file which includes this compiles. */
#include "kernel/table.h"

#include "kernel/depthwise_body.h"
#include "kernel/direct_body.h"
#include "kernel/gemm_body.h"
#include "kernel/inner_body.h"
#include "kernel/winograd_body.h"

const struct cnn_kernels CNN_KERNEL_TABLE = {
    .direct = {CNN_KERNEL_NAME("direct"), CNN_KERNEL_ISA, direct_fits, direct_packed_size,
               direct_prepare, direct_workspace, direct_run},
    .winograd = {CNN_KERNEL_NAME("winograd43"), CNN_KERNEL_ISA, winograd_fits, winograd_packed_size,
                 winograd_prepare, winograd_workspace, winograd_run},
    .depthwise = {CNN_KERNEL_NAME("depthwise"), CNN_KERNEL_ISA, depthwise_fits,
                  depthwise_packed_size, depthwise_prepare, depthwise_workspace, depthwise_run},
    .inner = {CNN_KERNEL_NAME("inner"), CNN_KERNEL_ISA, inner_fits, inner_packed_size,
              inner_prepare, NULL, inner_run},
    .gemm = gemm_run,
};
