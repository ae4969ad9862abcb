// All losses.
#pragma once
#include <xgrad/ops/classification.hpp>
#include <xgrad/ops/embedding_loss.hpp>
#include <xgrad/ops/likelihood.hpp>
#include <xgrad/ops/regression.hpp>
