// Help around a training loop, none of which it needs: what it prints, logs and measures.
#pragma once
#include <xgrad/nn/training/log.hpp>
#include <xgrad/nn/training/metrics.hpp>
#include <xgrad/nn/training/progress.hpp>
