#include <xgrad/ops/arithmetic.hpp>

#include <xgrad/ops/instantiate.hpp>

#include <xgrad/ops/unary.hpp>
