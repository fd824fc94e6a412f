/* Parameters that every multiply-accumulate kernel starts its block with (ingot/kernels/mac_block.py). */
#ifndef INGOT_MAC_PARAMS_H
#define INGOT_MAC_PARAMS_H

#include "ingot_kernel.h"

enum {
    INGOT_MAC_LEFT_SHIFT = 1, /* at least one shift is positive */
};

typedef struct ingot_mac_params {
    int32_t in_zero, out_zero; /* zero points */
    int32_t low, high;         /* clamps of the fused activation */
    uint32_t flags;
    int32_t reserved[3];
} ingot_mac_params;

/* Followed by one of these for every four output channels, each followed by its weights. Channels past the last one
 * have zeros. bias contains -in_zero * sum(weights). */
typedef struct ingot_mac_quad {
    int32_t bias[4];
    int32_t multiplier[4];
    int32_t shift[4]; /* > 0: left */
} ingot_mac_quad;

#endif
