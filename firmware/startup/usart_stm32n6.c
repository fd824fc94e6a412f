/* SPDX-License-Identifier: Apache-2.0 */
/* USART1 of an STM32N6 on PE5 (transmit) and PE6 (receive), alternate function 7: the ST-LINK's virtual port of
 * STM32N6570-DK and NUCLEO-N657X0-Q.
 *
 * Its clock is made the internal 64 MHz oscillator, so that no setting of the PLLs matters. The first-stage loader has
 * declared the supply of the pins (VDDIO) valid, as it needs it for the flash. Secure addresses. Registers: RM0486;
 * pins: the boards' device trees in Zephyr.
 */
#include "serial.h"
#include "usart_stm32.h"

#define USART1 0x52001000u
#define GPIOE 0x56021000u
#define RCC 0x56028000u
#define RCC_SR (RCC + 0x004u)
#define RCC_HSICFGR (RCC + 0x048u)
#define RCC_CCIPR13 (RCC + 0x174u)
#define RCC_APB2ENR (RCC + 0x26Cu)
#define RCC_CSR (RCC + 0x800u)      /* writing 1 sets the bit in CR */
#define RCC_AHB4ENSR (RCC + 0xA5Cu) /* in AHB4ENR */
#define RCC_APB2ENSR (RCC + 0xA6Cu) /* in APB2ENR */

#define HSI (1u << 3)           /* CSR: HSION; SR: HSIRDY */
#define AHB4_GPIOE (1u << 4)
#define APB2_USART1 (1u << 4)
#define USART1SEL 7u
#define USART1SEL_HSI 6u

__attribute__((weak)) bool ingot_serial_open(uint32_t baud)
{
    register_write(RCC_CSR, HSI);
    if (!register_becomes(RCC_SR, HSI, HSI)) {
        ingot_start_failed("no serial port: the internal oscillator does not start (RCC_SR.HSIRDY stays 0)");
        return false;
    }
    register_change(RCC_CCIPR13, USART1SEL, USART1SEL_HSI);
    register_write(RCC_AHB4ENSR, AHB4_GPIOE);
    register_write(RCC_APB2ENSR, APB2_USART1);
    if (!register_becomes(RCC_APB2ENR, APB2_USART1, APB2_USART1)) {
        ingot_start_failed("no serial port: USART1 gets no clock (RCC_APB2ENR.USART1EN stays 0)");
        return false;
    }
    usart_pin(GPIOE, 5, 7);
    usart_pin(GPIOE, 6, 7);
    usart_start(USART1, HSI_HERTZ >> (register_read(RCC_HSICFGR) >> 7 & 3u), baud);
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
