/* SPDX-License-Identifier: Apache-2.0 */
/* USART1 of an STM32H7 on PA9 (transmit) and PA10 (receive), alternate function 7: the ST-LINK's virtual port of
 * STM32H747I-DISCO.
 *
 * Its clock is made the internal 64 MHz oscillator, so that no setting of the PLLs matters. Registers: RM0399; pins: the
 * board's device tree in Zephyr.
 */
#include "serial.h"
#include "usart_stm32.h"

#define USART1 0x40011000u
#define GPIOA 0x58020000u
#define RCC 0x58024400u
#define RCC_CR (RCC + 0x00u)
#define RCC_D2CCIP2R (RCC + 0x54u)
#define RCC_AHB4ENR (RCC + 0xE0u)
#define RCC_APB2ENR (RCC + 0xF0u)

#define CR_HSION (1u << 0)
#define CR_HSIRDY (1u << 2)
#define AHB4_GPIOA (1u << 0)
#define APB2_USART1 (1u << 4)
#define USART16SEL (7u << 3)
#define USART16SEL_HSI (3u << 3)

__attribute__((weak)) bool ingot_serial_open(uint32_t baud)
{
    register_change(RCC_CR, 0, CR_HSION);
    if (!register_becomes(RCC_CR, CR_HSIRDY, CR_HSIRDY)) {
        ingot_start_failed("no serial port: the internal oscillator does not start (RCC_CR.HSIRDY stays 0)");
        return false;
    }
    register_change(RCC_D2CCIP2R, USART16SEL, USART16SEL_HSI);
    register_change(RCC_AHB4ENR, 0, AHB4_GPIOA);
    register_change(RCC_APB2ENR, 0, APB2_USART1);
    if (!register_becomes(RCC_APB2ENR, APB2_USART1, APB2_USART1)) {
        ingot_start_failed("no serial port: USART1 gets no clock (RCC_APB2ENR.USART1EN stays 0)");
        return false;
    }
    usart_pin(GPIOA, 9, 7);
    usart_pin(GPIOA, 10, 7);
    usart_start(USART1, HSI_HERTZ >> (register_read(RCC_CR) >> 3 & 3u), baud);
    return true;
}

__attribute__((weak)) uint8_t ingot_serial_get(void)
{
    return usart_get(USART1);
}

__attribute__((weak)) void ingot_serial_put(uint8_t byte)
{
    static bool stuck;
    usart_put_or_drop(USART1, byte, &stuck);
}
