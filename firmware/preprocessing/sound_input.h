/* SPDX-License-Identifier: Apache-2.0 */
/* From a sound to a network's input: a spectrogram in mels, by the one definition of preprocessing that Ingot keeps.
 * What the model.yaml says stands in app_config.h as INGOT_SOUND_INPUT, the window and the filters in user_mel_tables.c.
 *
 *     ingot_sound_push(samples);      for every INGOT_SOUND hop: the last `window` samples make one more column
 *     ingot_sound_fill(input);        before an inference: the last `columns` columns
 *
 * ingot/preprocessing/sound.py computes the same on the host. */
#ifndef INGOT_SOUND_INPUT_H
#define INGOT_SOUND_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "app_config.h"

#include "ll_aton_NN_interface.h"

/* rate: samples a second. hop, window: samples from column to column, and of a column. fft: points of the transform, a
 * power of two, not less than window. mels, columns: rows and columns of the input. magnitude: of the spectrum, else its
 * power. decibels: 10 log10 of the energies, else their natural logarithm; of 1e-10 at least. The number in the input is
 * (logarithm - mean) / std. cosine, sine: of one step of the transform, 2 pi / fft. */
typedef struct {
    uint32_t rate;
    uint16_t hop, window, fft, mels, columns;
    uint8_t magnitude, decibels;
    float mean, std;
    double cosine, sine;
} ingot_sound_definition;

#ifdef INGOT_SOUND_INPUT
extern const ingot_sound_definition ingot_sound;

/* Samples of the columns of one input. */
static inline uint32_t ingot_sound_samples(void)
{
    return (uint32_t)(ingot_sound.columns - 1) * ingot_sound.hop + ingot_sound.window;
}

/* Makes a column of the last `window` samples; the oldest of the kept `columns` goes. */
void ingot_sound_push(const int16_t *samples);

/* Fills the input, (mels, columns), from the kept columns. False when it has another size or type. */
bool ingot_sound_fill(const LL_Buffer_InfoTypeDef *input);

/* All columns of ingot_sound_samples() samples, and the input from them. */
bool ingot_sound_input(const LL_Buffer_InfoTypeDef *input, const int16_t *samples);
#endif

#endif
