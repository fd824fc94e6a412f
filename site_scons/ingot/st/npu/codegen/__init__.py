# SPDX-License-Identifier: Apache-2.0
"""From layers of a quantized graph to epochs of the NPU. Experimental: simulated, not yet run on hardware.

From the top down:

    offload, partition, runs, worth, target     part of a network: which programs run on the NPU, on which board
    generate, made, build, covered              the epochs of a graph, what is made of it, as a build, a proof
    choosing, ways, tiles, fusion               how a layer is made: taken apart, in windows, two in one epoch
    epochs, convolution, unweighted             the epochs of a layer, with weights and without
    additions, copies, formats, functions,      those of layers without weights, by kind
    pools, products
    lives, first_fit, in_place, nested          where tensors lie: how long, at which address, in another one
    operators, views, layers, tensors           what the graph has: operators as layers, and their tensors
    results, scaling, arith, units              parts of an epoch: its outputs, its multipliers, its registers
"""
