/* SPDX-License-Identifier: Apache-2.0 */
/* From heatmaps to keypoints: where in the image each body part most likely is. */
#ifndef INGOT_HEATMAPS_H
#define INGOT_HEATMAPS_H

#include <stdbool.h>
#include <stdint.h>

/* Position as a fraction of the image's width and height, (0, 0) at the upper left corner; the score of the cell. */
typedef struct {
    float x, y;
    float score;
    bool visible; /* the score is at least the threshold */
} pose_keypoint;

/* The cell with the highest score of each of `keypoints` heatmaps; its centre is the position. Of equal scores the first
 * in row-major order counts. heatmaps: height x width x keypoints, row-major (NHWC). */
void pose_decode(const float *heatmaps, unsigned height, unsigned width, unsigned keypoints, float threshold,
                 pose_keypoint *found);

/* The same for quantized heatmaps: score = scale * (value - zero_point). */
void pose_decode_s8(const int8_t *heatmaps, unsigned height, unsigned width, unsigned keypoints, float scale,
                    int zero_point, float threshold, pose_keypoint *found);

#endif
