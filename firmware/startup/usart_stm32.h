/* SPDX-License-Identifier: Apache-2.0 */
/* What the USARTs and GPIO ports of STM32H7 and STM32N6 have in common (RM0399 and RM0486, chapters USART and GPIO). */
#ifndef INGOT_USART_STM32_H
#define INGOT_USART_STM32_H

#include <stdint.h>

#include "board_start.h"
#include "registers.h"

#define HSI_HERTZ 64000000u

/* Gives a pin of the GPIO port at `port` to its alternate function; input pins float high. */
static inline void usart_pin(uint32_t port, unsigned pin, uint32_t function)
{
    const uint32_t two = 2u * pin, four = 4u * (pin & 7u);
    register_change(port + 0x20u + 4u * (pin >> 3), 0xFu << four, function << four); /* AFRL, AFRH */
    register_change(port + 0x08u, 3u << two, 2u << two);                             /* OSPEEDR: high */
    register_change(port + 0x0Cu, 3u << two, 1u << two);                             /* PUPDR: up */
    register_change(port + 0x00u, 3u << two, 2u << two);                             /* MODER: alternate */
}

#define USART_CR1 0x00u
#define USART_CR2 0x04u
#define USART_CR3 0x08u
#define USART_BRR 0x0Cu
#define USART_ISR 0x1Cu
#define USART_ICR 0x20u
#define USART_RDR 0x24u
#define USART_TDR 0x28u

#define CR1_UE (1u << 0)
#define CR1_RE (1u << 2)
#define CR1_TE (1u << 3)
#define CR1_FIFOEN (1u << 29)
#define ISR_RXFNE (1u << 5) /* a byte is there */
#define ISR_TC (1u << 6)    /* the last byte is on the line */
#define ISR_TXFNF (1u << 7) /* there is room for a byte */
#define RECEPTION_ERRORS 0xFu /* parity, framing, noise, overrun: of ISR and, to clear them, of ICR */

/* 8 data bits, no parity, 1 stop bit, 16 samples a bit, with the 16-byte FIFOs. clock: of the USART's kernel, in Hz. What
 * a loader or an earlier call is still sending goes out first, where it can. */
static inline void usart_start(uint32_t usart, uint32_t clock, uint32_t baud)
{
    if (register_read(usart + USART_CR1) & CR1_UE)
        (void)register_becomes(usart + USART_ISR, ISR_TC, ISR_TC);
    register_write(usart + USART_CR1, 0); /* the other settings can only be changed while it is off */
    register_write(usart + USART_CR2, 0);
    register_write(usart + USART_CR3, 0);
    register_write(usart + USART_BRR, (clock + baud / 2u) / baud);
    register_write(usart + USART_CR1, CR1_FIFOEN | CR1_TE | CR1_RE | CR1_UE);
}

/* Waits for a byte. Bytes that were lost while nobody waited are the protocol's business; the receiver goes on. */
static inline uint8_t usart_get(uint32_t usart)
{
    uint32_t state;
    while (!((state = register_read(usart + USART_ISR)) & ISR_RXFNE))
        if (state & RECEPTION_ERRORS)
            register_write(usart + USART_ICR, RECEPTION_ERRORS);
    return (uint8_t)register_read(usart + USART_RDR);
}

/* False when the line takes no byte. */
static inline bool usart_put(uint32_t usart, uint8_t byte)
{
    if (!register_becomes(usart + USART_ISR, ISR_TXFNF, ISR_TXFNF))
        return false;
    register_write(usart + USART_TDR, byte);
    return true;
}

/* The same, for text: a line that is stuck is waited for once, not once a byte. */
static inline void usart_put_or_drop(uint32_t usart, uint8_t byte, bool *stuck)
{
    if (*stuck && !(register_read(usart + USART_ISR) & ISR_TXFNF))
        return;
    *stuck = !usart_put(usart, byte);
    if (*stuck)
        ingot_start_failure = "the serial port takes no byte (USART ISR.TXFNF stays 0)";
}

#endif
