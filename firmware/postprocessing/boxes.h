/* SPDX-License-Identifier: Apache-2.0 */
/* Where a detector's outputs have its boxes; app_config.h says it as INGOT_BOXES, of an SSD with INGOT_SSD as well. */
#ifndef INGOT_BOXES_H
#define INGOT_BOXES_H

#include <stdbool.h>
#include <stdint.h>

#include "answer.h"

enum {
    INGOT_BOXES_COLUMNS, /* YOLOv8: (4 + classes, boxes): centre, size, a score a class */
    INGOT_BOXES_ROWS,    /* YOLOv5: (boxes, 5 + classes): centre, size, object, a score a class */
    INGOT_BOXES_GRID,    /* YOLOv2: (rows, columns, anchors x (5 + classes)), all before their functions; INGOT_ANCHORS in
                            cells of the grid: width, height, ... */
    INGOT_BOXES_SSD      /* (boxes, 4) beside (boxes, background + classes): INGOT_SSD */
};

/* classes: without a background. values: of a box in one output. confidence, iou: thresholds. most: boxes that are
 * found. across: a box suppresses those of other classes too. */
typedef struct {
    uint8_t form, across;
    uint16_t classes, values, rows, columns, most;
    uint32_t boxes;
    float confidence, iou;
} ingot_boxes_definition;

enum {
    INGOT_SSD_YXHW,   /* offsets of centre y, x, height, width, as TensorFlow's box coder has them */
    INGOT_SSD_XYWH,   /* the same as x, y, width, height (Caffe, PyTorch) */
    INGOT_SSD_CORNERS /* offsets of left, top, right, bottom in sizes of the anchor (ST) */
};

enum {
    INGOT_SSD_SHARES,  /* the scores are shares already */
    INGOT_SSD_SOFTMAX, /* what SOFTMAX over background and classes takes */
    INGOT_SSD_LOGISTIC /* what LOGISTIC takes */
};

/* offsets, scores: numbers of the outputs. anchors: of the output that has them, where INGOT_ANCHORS has not; they are
 * in fractions of the image, in the order of `order`. background: scores before the first class. scales: what the
 * offsets are divided by, in their order: 1 / variance. */
typedef struct {
    uint8_t order, activation, offsets, scores, anchors, background;
    float scales[4];
} ingot_ssd_definition;

/* boxes_yolo.c or boxes_ssd.c: the score of a box's best class, and which that is. */
float ingot_box_score(const ingot_boxes_definition *boxes, const LL_Buffer_InfoTypeDef *outputs, uint32_t box,
                      uint32_t *what);

/* Writes the edges of a box. */
void ingot_box_place(const ingot_boxes_definition *boxes, const LL_Buffer_InfoTypeDef *outputs, uint32_t box,
                     ingot_answer *found);

#endif
