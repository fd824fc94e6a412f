/* SPDX-License-Identifier: Apache-2.0 */
/* The version of ST's LL_ATON interface that these headers speak; network.c compares it with the one it was made for. */
#ifndef LL_ATON_VERSION_H
#define LL_ATON_VERSION_H

#define LL_ATON_VERSION_MAJOR 1
#define LL_ATON_VERSION_MINOR 1
#define LL_ATON_VERSION_MICRO 1
#define LL_ATON_VERSION_DEV 14

#endif
