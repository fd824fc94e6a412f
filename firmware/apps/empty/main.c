/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest firmware: what everything else is measured against. */
int main(void)
{
    return 0;
}
