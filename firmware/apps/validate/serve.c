/* SPDX-License-Identifier: Apache-2.0 */
#include "serve.h"

#include <string.h>

#include "frame.h"
#include "ingot_runtime.h"

#define NO_SAMPLE 0xFFFFFFFFu

static frame_receiver receiver;
static frame request, answer;
static uint32_t session;
static uint32_t sample = NO_SAMPLE; /* whose outputs are there */
static uint64_t cost;
static uint64_t interval, told; /* of progress, in units of cost; the cost at the last report */
static void (*put_byte)(uint8_t byte);

/* Words of the last command, its status, and the number of its request. */
static char said[4096];
static uint32_t said_bytes;
static bool is_command; /* is executed just now */
static int32_t status;
static uint32_t command_number;
static uint32_t update_number, update_received;
static int32_t update_status;
#define NO_COMMAND 0xFFFFFFFFu

static void refuse(uint8_t code, const char *text)
{
    answer.type = ANSWER_REFUSED;
    answer.length = (uint16_t)(1 + strlen(text));
    answer.payload[0] = code;
    memcpy(answer.payload + 1, text, strlen(text));
}

static void add32(uint32_t value)
{
    frame_put32(answer.payload + answer.length, value);
    answer.length = (uint16_t)(answer.length + 4);
}

static void add_text(const char *text)
{
    uint8_t n = (uint8_t)(strlen(text) < 255 ? strlen(text) : 255);
    answer.payload[answer.length] = n;
    memcpy(answer.payload + answer.length + 1, text, n);
    answer.length = (uint16_t)(answer.length + 1 + n);
}

static void hello(void)
{
    if (session != request.session) {
        sample = NO_SAMPLE;
        command_number = update_number = NO_COMMAND;
    }
    session = request.session;
    add32(FRAME_PAYLOAD);
    add32(served_input_bytes());
    add32(served_output_bytes());
    add32((uint32_t)served_init_cost());
    add32((uint32_t)(served_init_cost() >> 32));
    add_text(served_name());
    add_text(served_unit());
}

static void write_inputs(void)
{
    uint32_t offset = frame_get32(request.payload), n = request.length - 4u, all = served_input_bytes();
    if (offset > all || n > all - offset) {
        refuse(REFUSED_RANGE, "outside of the inputs");
        return;
    }
    sample = NO_SAMPLE; /* inputs and outputs may share memory */
    served_write_input(offset, request.payload + 4, n);
}

bool serve_progress(uint64_t cost_so_far, uint32_t epochs_done)
{
    if (interval == 0 || cost_so_far - told < interval)
        return false;
    told = cost_so_far;
    uint8_t type = answer.type;
    answer.type = ANSWER_PROGRESS;
    answer.length = 0;
    add32(epochs_done);
    frame_send(&answer, put_byte);
    answer.type = type;
    answer.length = 0;
    return true;
}

static void run(void)
{
    uint32_t wanted = frame_get32(request.payload);
    /* The inputs are gone after a run, so a repeated request gets the same answer. */
    if (served_output_bytes() == 0) {
        refuse(REFUSED_REQUEST, "there is no network yet");
        return;
    }
    if (wanted != sample) {
        if (frame_get32(request.payload + 4) != served_input_crc()) {
            refuse(REFUSED_INPUTS, "the inputs have another CRC");
            return;
        }
        interval = request.length == 12 ? frame_get32(request.payload + 8) : 0;
        told = 0;
        cost = served_run();
        interval = 0;
        sample = wanted;
    }
    add32(sample);
    add32((uint32_t)cost);
    add32((uint32_t)(cost >> 32));
    add32(served_output_crc());
}

static void read_outputs(void)
{
    uint32_t offset = frame_get32(request.payload + 4), n = frame_get16(request.payload + 8);
    uint32_t all = served_output_bytes();
    if (frame_get32(request.payload) != sample || sample == NO_SAMPLE)
        refuse(REFUSED_SAMPLE, "the outputs are of another sample");
    else if (n > FRAME_PAYLOAD || offset > all || n > all - offset)
        refuse(REFUSED_RANGE, "outside of the outputs");
    else {
        served_read_output(offset, answer.payload, n);
        answer.length = (uint16_t)n;
    }
}

static void epochs(void)
{
    add32(served_epochs());
    for (uint32_t i = frame_get32(request.payload); i < served_epochs() && answer.length + 4u <= FRAME_PAYLOAD; i++)
        add32(served_epoch_cost(i));
}

/* What is printed goes into `said` while a command is executed. */
bool ingot_console_divert(const char *text, size_t n)
{
    if (!is_command)
        return false;
    uint32_t part = n < sizeof said - said_bytes ? (uint32_t)n : sizeof said - said_bytes;
    memcpy(said + said_bytes, text, part);
    said_bytes += part;
    return true;
}

static void command(void)
{
    /* A repeated request is answered, not executed again. */
    if (request.number != command_number) {
        request.payload[request.length] = 0;
        sample = NO_SAMPLE; /* a command may change the network */
        said_bytes = 0;
        is_command = true;
        status = served_command((const char *)request.payload);
        is_command = false;
        command_number = request.number;
    }
    if (status == SERVED_NO_COMMANDS) {
        refuse(REFUSED_REQUEST, "this firmware has no commands");
        return;
    }
    add32((uint32_t)status);
    add32(said_bytes);
}

__attribute__((weak)) int32_t served_update(uint32_t offset, const uint8_t *from, uint32_t n, uint32_t *received)
{
    (void)offset;
    (void)from;
    (void)n;
    *received = 0;
    return SERVED_NO_COMMANDS;
}

static void take_update(void)
{
    /* A repeated request is answered, not executed again. */
    if (request.number != update_number) {
        uint32_t offset = frame_get32(request.payload);
        update_status = served_update(offset, request.payload + 4, request.length - 4u, &update_received);
        update_number = request.number;
    }
    if (update_status == SERVED_NO_COMMANDS) {
        refuse(REFUSED_REQUEST, "this firmware takes no updates");
        return;
    }
    add32((uint32_t)update_status);
    add32(update_received);
}

static void send_said(void)
{
    uint32_t offset = frame_get32(request.payload);
    if (offset > said_bytes) {
        refuse(REFUSED_RANGE, "outside of what was said");
        return;
    }
    uint32_t n = said_bytes - offset < FRAME_PAYLOAD ? said_bytes - offset : FRAME_PAYLOAD;
    memcpy(answer.payload, said + offset, n);
    answer.length = (uint16_t)n;
}

/* Whether the payload has the length that this type needs. */
static bool is_formed(void)
{
    switch (request.type) {
    case REQUEST_HELLO:
    case REQUEST_END:
        return request.length == 0;
    case REQUEST_WRITE:
    case REQUEST_UPDATE:
        return request.length >= 4;
    case REQUEST_RUN:
        return request.length == 8 || request.length == 12;
    case REQUEST_COMMAND:
        return request.length > 0 && request.length < FRAME_PAYLOAD;
    case REQUEST_SAID:
        return request.length == 4;
    case REQUEST_READ:
        return request.length == 10;
    case REQUEST_EPOCHS:
        return request.length == 4;
    }
    return false;
}

void serve(uint8_t byte, void (*put)(uint8_t byte))
{
    if (!frame_receive(&receiver, byte, &request))
        return;
    put_byte = put;
    answer.type = request.type | ANSWER;
    answer.number = request.number;
    answer.session = request.session;
    answer.length = 0;
    if (!is_formed())
        refuse(REFUSED_REQUEST, "no such request");
    else if (request.type == REQUEST_HELLO)
        hello();
    else if (request.session != session || session == 0)
        refuse(REFUSED_SESSION, "no such session");
    else if (request.type == REQUEST_WRITE)
        write_inputs();
    else if (request.type == REQUEST_RUN)
        run();
    else if (request.type == REQUEST_READ)
        read_outputs();
    else if (request.type == REQUEST_EPOCHS)
        epochs();
    else if (request.type == REQUEST_COMMAND)
        command();
    else if (request.type == REQUEST_SAID)
        send_said();
    else if (request.type == REQUEST_UPDATE)
        take_update();
    frame_send(&answer, put);
}
