/* SPDX-License-Identifier: Apache-2.0 */
/* What a result of the NPU means, and what becomes of an error. */
#include "ingot_npu.h"

#include "ingot_runtime.h"

const char *ingot_npu_text(ingot_npu_result result)
{
    switch (result) {
    case INGOT_NPU_OK:
        return "the NPU ran its program";
    case INGOT_NPU_NOT_STARTED:
        return "the NPU did not start: a unit stays in reset (clocks, power, or access rights)";
    case INGOT_NPU_NO_BLOB:
        return "there is no program for the NPU at that address: are the weights flashed?";
    case INGOT_NPU_TIMEOUT:
        return "the NPU did not end its program in time";
    case INGOT_NPU_REFUSED:
        return "the NPU's epoch controller refused its program";
    case INGOT_NPU_BUS:
        return "an access of the NPU to memory failed (address, clocks, or access rights)";
    default:
        return "nobody answers for the NPU: the twin was started without its simulator";
    }
}

__attribute__((weak)) bool ingot_npu_failed(ingot_npu_result result, const void *blob)
{
    (void)blob;
    ingot_stop(ingot_npu_text(result));
    return false;
}
