/* SPDX-License-Identifier: Apache-2.0 */
/* Where a detector's output has its boxes; app_config.h says it as INGOT_BOXES. */
#ifndef INGOT_BOXES_H
#define INGOT_BOXES_H

#include <stdint.h>

enum {
    INGOT_BOXES_COLUMNS, /* YOLOv8: (4 + classes, boxes): centre, size, a score a class */
    INGOT_BOXES_ROWS,    /* YOLOv5: (boxes, 5 + classes): centre, size, object, a score a class */
    INGOT_BOXES_GRID     /* YOLOv2: (rows, columns, anchors x (5 + classes)), all before their functions; INGOT_ANCHORS in
                            cells of the grid: width, height, ... */
};

/* values: of a box. confidence, iou: thresholds. most: boxes that are found. */
typedef struct {
    uint8_t form;
    uint16_t classes, values, rows, columns, most;
    uint32_t boxes;
    float confidence, iou;
} ingot_boxes_definition;

#endif
