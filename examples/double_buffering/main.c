/* SPDX-License-Identifier: 0BSD */
/* Double buffering: the camera fills one frame while the network computes from the other.
 *
 * The model.yaml says `io: {placement: application}`: inputs and outputs are not among the activations, and the network
 * takes whatever buffer it is given before an inference.
 */
#include "ingot_runtime.h"
#include "ll_aton_runtime.h"
#include "network.h"

#if !NETWORK_USER_BUFFERS
#error "This example needs io: {placement: application} in the model.yaml."
#endif

#define FRAMES 4u
#define FRAME_BYTES NETWORK_IN_1_SIZE_BYTES

LL_ATON_DECLARE_NAMED_NN_INSTANCE_AND_INTERFACE(network)

static uint8_t frames[2][FRAME_BYTES] __attribute__((aligned(32)));
static uint8_t output[NETWORK_OUT_1_SIZE_BYTES] __attribute__((aligned(32)));

/* A camera that writes a part of its frame whenever it is asked. On a board, DMA does this by itself. */
static struct {
    uint8_t *to;
    uint32_t frame, done;
} camera;

static void camera_start(uint8_t *to, uint32_t frame)
{
    camera.to = to;
    camera.frame = frame;
    camera.done = 0;
}

static bool camera_step(uint32_t bytes)
{
    for (; bytes && camera.done < FRAME_BYTES; bytes--, camera.done++)
        camera.to[camera.done] = (uint8_t)(camera.done * 7u + (camera.done >> 8) + camera.frame * 31u);
    return camera.done == FRAME_BYTES;
}

static void give(NN_Instance_TypeDef *instance, uint8_t *frame)
{
    if (LL_ATON_Set_User_Input_Buffer(instance, 0, frame, FRAME_BYTES) != LL_ATON_User_IO_NOERROR ||
        LL_ATON_Set_User_Output_Buffer(instance, 0, output, sizeof output) != LL_ATON_User_IO_NOERROR)
        ingot_stop("the network refused a buffer");
}

int main(void)
{
    NN_Instance_TypeDef *instance = &NN_Instance_network;
    LL_ATON_RT_RuntimeInit();
    LL_ATON_RT_Init_Network(instance);

    camera_start(frames[0], 0);
    while (!camera_step(FRAME_BYTES)) {
    }
    for (uint32_t frame = 0; frame < FRAMES; frame++) {
        give(instance, frames[frame % 2]);
        camera_start(frames[(frame + 1) % 2], frame + 1);
        while (LL_ATON_RT_RunEpochBlock(instance) != LL_ATON_RT_DONE)
            camera_step(FRAME_BYTES / 16);
        ingot_print("frame ");
        ingot_print_unsigned(frame);
        ingot_print(": output ");
        ingot_print_hex(ingot_crc32(0, output, sizeof output));
        ingot_print("\n");
        LL_ATON_RT_Reset_Network(instance);
        while (!camera_step(FRAME_BYTES)) {
        }
    }
    return 0;
}
