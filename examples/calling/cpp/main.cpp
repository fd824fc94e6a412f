// SPDX-License-Identifier: 0BSD
// C++17: inputs and outputs as spans of their types.
#include "ingot_network.hpp"
#include "network.h"

INGOT_NETWORK(network)

int main()
{
    network_init();
    ingot::buffer<NETWORK_IN_1_TYPE> input{network_input_info(0)};
    for (auto &value : input)
        value = 1;
    network_run();
    const ingot::buffer<NETWORK_OUT_1_TYPE> output{network_output_info(0)};
    std::size_t best = 0;
    for (std::size_t i = 1; i < output.size(); i++)
        if (output.real(i) > output.real(best))
            best = i;
    return static_cast<int>(best);
}
