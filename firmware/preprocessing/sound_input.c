/* SPDX-License-Identifier: Apache-2.0 */
#include "sound_input.h"

#include <string.h>

#include "input_codes.h"

#ifdef INGOT_SOUND_INPUT
#include "user_mel_tables.h"

const ingot_sound_definition ingot_sound = INGOT_SOUND_INPUT;

static float real[INGOT_SOUND_FFT], imaginary[INGOT_SOUND_FFT];
static float cosines[INGOT_SOUND_FFT / 2], sines[INGOT_SOUND_FFT / 2];
static float columns[INGOT_SOUND_COLUMNS][INGOT_SOUND_MELS];

/* Powers of the root of unity, by products of double: 1e-13 at the last of 2048. */
static void prepare(void)
{
    double c = 1, s = 0;
    for (unsigned i = 0; i < INGOT_SOUND_FFT / 2; i++) {
        cosines[i] = (float)c;
        sines[i] = (float)s;
        double next = c * ingot_sound.cosine - s * ingot_sound.sine;
        s = s * ingot_sound.cosine + c * ingot_sound.sine;
        c = next;
    }
}

/* The discrete transform in place, radix 2. */
static void transform(void)
{
    const unsigned n = INGOT_SOUND_FFT;
    for (unsigned i = 1, j = 0; i < n; i++) {
        unsigned bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            float kept = real[i];
            real[i] = real[j];
            real[j] = kept;
            kept = imaginary[i];
            imaginary[i] = imaginary[j];
            imaginary[j] = kept;
        }
    }
    for (unsigned half = 1; half < n; half <<= 1)
        for (unsigned start = 0; start < n; start += 2 * half)
            for (unsigned k = 0; k < half; k++) {
                const unsigned a = start + k, b = a + half, at = k * (n / 2 / half);
                const float re = real[b] * cosines[at] + imaginary[b] * sines[at];
                const float im = imaginary[b] * cosines[at] - real[b] * sines[at];
                real[b] = real[a] - re;
                imaginary[b] = imaginary[a] - im;
                real[a] += re;
                imaginary[a] += im;
            }
}

/* The natural logarithm of a normal number, to 1e-7: no C library is needed. */
static float logarithm(float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    int32_t exponent = (int32_t)(bits >> 23) - 127;
    bits = (bits & 0x7fffffu) | 0x3f800000u;
    memcpy(&number, &bits, sizeof number);
    if (number > 1.41421356f) {
        number *= 0.5f;
        exponent++;
    }
    const float t = (number - 1) / (number + 1), u = t * t;
    const float series = 2 * t * (1 + u * (1 / 3.0f + u * (1 / 5.0f + u * (1 / 7.0f + u * (1 / 9.0f)))));
    return (float)exponent * 0.693147181f + series;
}

/* The square root by Newton's steps, to a bit or two. */
static float root(float number)
{
    if (!(number > 1e-30f))
        return 0;
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    bits = (bits >> 1) + 0x1fbb4000u;
    float guess;
    memcpy(&guess, &bits, sizeof guess);
    for (int i = 0; i < 3; i++)
        guess = 0.5f * (guess + number / guess);
    return guess;
}

void ingot_sound_push(const int16_t *samples)
{
    if (cosines[0] == 0)
        prepare();
    memset(real, 0, sizeof real);
    memset(imaginary, 0, sizeof imaginary);
    for (unsigned i = 0; i < ingot_sound.window; i++)
        real[i] = (float)samples[i] * (1 / 32768.0f) * user_win[i];
    transform();
    memmove(columns[0], columns[1], sizeof columns - sizeof columns[0]);
    const user_mel_float_t *weight = user_melFilterLut;
    for (unsigned mel = 0; mel < ingot_sound.mels; mel++) {
        float energy = 0;
        for (uint32_t bin = user_melFiltersStartIndices[mel]; bin <= user_melFiltersStopIndices[mel]; bin++) {
            float power = real[bin] * real[bin] + imaginary[bin] * imaginary[bin];
            energy += *weight++ * (ingot_sound.magnitude ? root(power) : power);
        }
        float log = logarithm(energy > 1e-10f ? energy : 1e-10f);
        log = ingot_sound.decibels ? log * 4.34294482f : log;
        columns[INGOT_SOUND_COLUMNS - 1][mel] = (log - ingot_sound.mean) / ingot_sound.std;
    }
}

bool ingot_sound_fill(const LL_Buffer_InfoTypeDef *input)
{
    int32_t low = 0, high = 0;
    bool is_float = input->type == DataType_FLOAT;
    if (LL_Buffer_len(input) != (uint32_t)INGOT_SOUND_MELS * INGOT_SOUND_COLUMNS * LL_Buffer_bits(input) / 8 ||
        (!is_float && !ingot_input_limits(input, &low, &high)))
        return false;
    void *to = LL_Buffer_addr_start(input);
    const float scale = input->scale ? input->scale[0] : 1.0f;
    const int32_t zero_point = input->scale && input->offset ? input->offset[0] : 0;
    for (unsigned mel = 0, at = 0; mel < INGOT_SOUND_MELS; mel++)
        for (unsigned column = 0; column < INGOT_SOUND_COLUMNS; column++, at++) {
            const float value = columns[column][mel];
            if (is_float) {
                ((float *)to)[at] = value;
                continue;
            }
            const int32_t code = ingot_input_code(value, scale, zero_point, low, high);
            if (input->type == DataType_INT16)
                ((int16_t *)to)[at] = (int16_t)code;
            else
                ((uint8_t *)to)[at] = (uint8_t)code;
        }
    return true;
}

bool ingot_sound_input(const LL_Buffer_InfoTypeDef *input, const int16_t *samples)
{
    for (unsigned column = 0; column < INGOT_SOUND_COLUMNS; column++)
        ingot_sound_push(samples + (uint32_t)column * ingot_sound.hop);
    return ingot_sound_fill(input);
}
#endif
