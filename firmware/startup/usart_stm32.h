/* SPDX-License-Identifier: Apache-2.0 */
/* What the USARTs and GPIO ports of STM32H7 and STM32N6 have in common (RM0399 and RM0486, chapters USART and GPIO). */
#ifndef INGOT_USART_STM32_H
#define INGOT_USART_STM32_H

#include <stdint.h>

#include "cortex_m.h"

#define HSI_HERTZ 64000000u

/* Gives a pin of the GPIO port at `port` to its alternate function; input pins float high. */
static inline void usart_pin(uint32_t port, unsigned pin, uint32_t function)
{
    const uint32_t two = 2u * pin, four = 4u * (pin & 7u);
    volatile uint32_t *alternate = &INGOT_REGISTER(port + 0x20u + 4u * (pin >> 3)); /* AFRL, AFRH */
    *alternate = (*alternate & ~(0xFu << four)) | function << four;
    INGOT_REGISTER(port + 0x08u) = (INGOT_REGISTER(port + 0x08u) & ~(3u << two)) | 2u << two; /* OSPEEDR: high */
    INGOT_REGISTER(port + 0x0Cu) = (INGOT_REGISTER(port + 0x0Cu) & ~(3u << two)) | 1u << two; /* PUPDR: up */
    INGOT_REGISTER(port + 0x00u) = (INGOT_REGISTER(port + 0x00u) & ~(3u << two)) | 2u << two; /* MODER: alternate */
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
#define ISR_TXFNF (1u << 7) /* there is room for a byte */
#define RECEPTION_ERRORS 0xFu /* parity, framing, noise, overrun: of ISR and, to clear them, of ICR */

/* 8 data bits, no parity, 1 stop bit, 16 samples a bit, with the 16-byte FIFOs. clock: of the USART's kernel, in Hz. */
static inline void usart_start(uint32_t usart, uint32_t clock, uint32_t baud)
{
    INGOT_REGISTER(usart + USART_CR1) = 0; /* the other settings can only be changed while it is off */
    INGOT_REGISTER(usart + USART_CR2) = 0;
    INGOT_REGISTER(usart + USART_CR3) = 0;
    INGOT_REGISTER(usart + USART_BRR) = (clock + baud / 2u) / baud;
    INGOT_REGISTER(usart + USART_CR1) = CR1_FIFOEN | CR1_TE | CR1_RE | CR1_UE;
}

/* Waits for a byte. Bytes that were lost while nobody waited are the protocol's business; the receiver goes on. */
static inline uint8_t usart_get(uint32_t usart)
{
    uint32_t state;
    while (!((state = INGOT_REGISTER(usart + USART_ISR)) & ISR_RXFNE))
        if (state & RECEPTION_ERRORS)
            INGOT_REGISTER(usart + USART_ICR) = RECEPTION_ERRORS;
    return (uint8_t)INGOT_REGISTER(usart + USART_RDR);
}

static inline void usart_put(uint32_t usart, uint8_t byte)
{
    while (!(INGOT_REGISTER(usart + USART_ISR) & ISR_TXFNF)) {
    }
    INGOT_REGISTER(usart + USART_TDR) = byte;
}

#endif
