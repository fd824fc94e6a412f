/* SPDX-License-Identifier: Apache-2.0 */
#include "heatmaps.h"

static pose_keypoint keypoint_at(unsigned cell, unsigned height, unsigned width, float score, float threshold)
{
    pose_keypoint found = {
        .x = ((float)(cell % width) + 0.5f) / (float)width,
        .y = ((float)(cell / width) + 0.5f) / (float)height,
        .score = score,
        .visible = score >= threshold,
    };
    return found;
}

void pose_decode(const float *heatmaps, unsigned height, unsigned width, unsigned keypoints, float threshold,
                 pose_keypoint *found)
{
    for (unsigned k = 0; k < keypoints; k++) {
        unsigned best = 0;
        for (unsigned cell = 1; cell < height * width; cell++)
            if (heatmaps[cell * keypoints + k] > heatmaps[best * keypoints + k])
                best = cell;
        found[k] = keypoint_at(best, height, width, heatmaps[best * keypoints + k], threshold);
    }
}

void pose_decode_s8(const int8_t *heatmaps, unsigned height, unsigned width, unsigned keypoints, float scale,
                    int zero_point, float threshold, pose_keypoint *found)
{
    for (unsigned k = 0; k < keypoints; k++) {
        unsigned best = 0;
        for (unsigned cell = 1; cell < height * width; cell++)
            if (heatmaps[cell * keypoints + k] > heatmaps[best * keypoints + k])
                best = cell;
        float score = scale * (float)(heatmaps[best * keypoints + k] - zero_point);
        found[k] = keypoint_at(best, height, width, score, threshold);
    }
}
