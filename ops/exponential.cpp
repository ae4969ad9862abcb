#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/unary.hpp>

#include <xgrad/ops/instantiate.hpp>

#include <xgrad/ops/exponential.hpp>
#include <xgrad/ops/kernels/batch_math.hpp>
