// A piece of work, such as a training step, kept as the list of its kernels:
//
//     xg::Plan step = xg::capture([&] { ... forward, backward(), optimizer.step() ... });
//     for (...) { images.assign(batch); step(); }
//
// It runs again with the same buffers, without a tape, and without asking for memory, and gives the
// same bits as the code that it was captured from.
#pragma once
#include <xgrad/autograd/launch.hpp>

#include <cstddef>
#include <memory>

namespace xgrad {

class Plan;

/// Does `work` once, as it is, and keeps its numerical part as a plan. A plan reads the tensors
/// that were there before (parameters, inputs: write new ones with assign()) as they are each time
/// it runs, and draws random numbers anew; all else that `work` does, such as a branch, a constant
/// made of numbers, or labels in an Array, is as it was when captured. Labels that change are
/// passed as a SharedArray. Tensors that outlive `work` hold the result of the latest run. Memory
/// of temporary results is shared as in eager code. Throws std::logic_error where a value is read
/// before the plan is done (item(), value(), a comparison of tensors), since later runs could not
/// read it, and within another capture. Generators must outlive the plan, and optimizers stay where
/// they are.
template <class F>
Plan capture(const F& work, Location at = here());

/// What capture() returns. Not copied: two would write to the same buffers.
class Plan {
 public:
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;
  ~Plan();

  /// Runs the work again. Throws std::logic_error, before anything has changed, if this is not the
  /// thread that captured it, a tensor that it uses was resized, or another plan is being captured;
  /// what a kernel throws (a label out of range) passes through.
  void operator()(Location at = here());

  /// How many kernels it runs, and how many bytes of buffers it holds for itself.
  std::size_t size() const noexcept;
  std::size_t buffer_bytes() const noexcept;

 private:
  template <class F>
  friend Plan capture(const F&, Location);
  explicit Plan(Location at);
  struct Content;
  void record(void (*work)(const void*), const void* context);

  std::shared_ptr<Content> content_;  // not shared; a unique_ptr takes longer to compile
};

template <class F>
Plan capture(const F& work, Location at) {
  Plan plan(at);
  plan.record([](const void* f) { (*static_cast<const F*>(f))(); }, &work);
  return plan;
}

}  // namespace xgrad
