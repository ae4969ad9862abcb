#define XGRAD_INSTANTIATE_UNARY
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/kernels/elementwise.hpp>
#include <xgrad/ops/unary.hpp>
