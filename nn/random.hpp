// The random numbers of ops/random.hpp by the names that layers and data sets use.
#pragma once
#include <xgrad/ops/random.hpp>

namespace xgrad::nn {

using xgrad::below, xgrad::default_generator, xgrad::Generator, xgrad::normal, xgrad::uniform,
    xgrad::uniform01;

}  // namespace xgrad::nn
