// SPDX-License-Identifier: Apache-2.0
// Inputs and outputs of a network as typed spans, for C++17. In one file of the program:
//
//     #include "ingot_network.hpp"
//     #include "network.h"
//     INGOT_NETWORK(network)
//
//     network_init();
//     ingot::buffer<std::int8_t> in{network_input_info(0)};
//     for (auto &value : in) ...
//     network_run();
#ifndef INGOT_NETWORK_HPP
#define INGOT_NETWORK_HPP

#include <cstddef>
#include <cstdint>

#include "ingot_network.h"

namespace ingot
{

// One input or output. T: the type of its values, NETWORK_IN_1_TYPE of network.h.
template <typename T> class buffer
{
  public:
    explicit buffer(const LL_Buffer_InfoTypeDef *info) : info_(info) {}

    T *begin() const { return static_cast<T *>(static_cast<void *>(LL_Buffer_addr_start(info_))); }
    T *end() const { return begin() + size(); }
    std::size_t size() const { return LL_Buffer_len(info_) / sizeof(T); }
    T &operator[](std::size_t i) const { return begin()[i]; }

    // The real number that a value stands for; the value itself without quantization.
    float real(std::size_t i) const
    {
        const float scale = ingot_buffer_scale(info_);
        const float value = static_cast<float>(begin()[i]);
        return scale != 0.0f ? scale * (value - static_cast<float>(ingot_buffer_zero_point(info_))) : value;
    }

  private:
    const LL_Buffer_InfoTypeDef *info_;
};

} // namespace ingot

#endif
