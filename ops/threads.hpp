// How many cores an operation may use.
#pragma once
#include <xgrad/autograd/error.hpp>

namespace xgrad {

/// The most threads that one operation runs on, the calling one included: large elementwise work,
/// reductions, convolutions and matrix products are spread over them. At first what OpenBLAS would
/// use: OPENBLAS_NUM_THREADS, else OMP_NUM_THREADS, else the number of cores. OpenBLAS itself is
/// held to one thread, so that there is a single pool of them; its workers wait for more work for
/// a fifth of a millisecond, then sleep.
unsigned threads() noexcept;

/// Sets threads() for the process. Results have the same bits for a given number. Throws
/// std::invalid_argument unless 1 <= n <= 1024.
void set_threads(unsigned n, Location at = here());

/// Whether results are to have the same bits for any number of threads. Only matrix products
/// differ: they are then cut into panels of a fixed size, which costs some speed. Off at first.
void set_deterministic(bool on) noexcept;
/// For operations: what set_deterministic() said last.
bool deterministic() noexcept;

}  // namespace xgrad
