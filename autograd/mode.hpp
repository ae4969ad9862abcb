// How a thread runs operations.
#pragma once

namespace xgrad {

class Capture;

/// What holds in a thread.
struct Mode {
  bool records = true;         // see NoGrad
  bool detects_nan = false;    // see DetectNan
  Capture* capture = nullptr;  // see capture()
};
inline thread_local Mode current_mode;
inline Mode& mode() noexcept { return current_mode; }

/// Whether operations record in this thread.
inline bool recording() noexcept { return mode().records; }

/// Changes this thread's mode for as long as it lives.
class ModeScope {
 public:
  explicit ModeScope(const Mode& now) noexcept;
  ~ModeScope();
  ModeScope(const ModeScope&) = delete;
  ModeScope& operator=(const ModeScope&) = delete;

 private:
  Mode was_;
};
class Recording : ModeScope {
 public:
  explicit Recording(bool on) noexcept : ModeScope({on, mode().detects_nan, mode().capture}) {}
};

}  // namespace xgrad
