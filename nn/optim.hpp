// Optimizers, schedules of their learning rates, and what else stands between backward() and
// step().
#pragma once
#include <xgrad/nn/optim/adam.hpp>
#include <xgrad/nn/optim/adaptive.hpp>
#include <xgrad/nn/optim/clip.hpp>
#include <xgrad/nn/optim/lbfgs.hpp>
#include <xgrad/nn/optim/plateau.hpp>
#include <xgrad/nn/optim/schedule.hpp>
#include <xgrad/nn/optim/sgd.hpp>
