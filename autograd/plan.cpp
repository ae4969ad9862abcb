#include <xgrad/autograd/plan.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace xgrad {

namespace {

/// f(the value as what it is).
template <class F>
auto with(const AnyValue& any, const F& f) {
  return any.is_double ? f(static_cast<Value<double>*>(any.value))
                       : f(static_cast<Value<float>*>(any.value));
}

/// An owner of a value.
class Owned {
 public:
  explicit Owned(const AnyValue& any) : any_(any) {
    with(any, [](auto* value) { value->acquire(); });
  }
  Owned(Owned&& other) noexcept : any_(std::exchange(other.any_, {nullptr, false})) {}
  Owned& operator=(Owned other) noexcept {
    std::swap(any_, other.any_);
    return *this;
  }
  ~Owned() {
    if (any_.value == nullptr) return;
    with(any_, [](auto* value) {
      if (value->release()) value->destroy(value);
    });
  }
  const AnyValue& operator*() const { return any_; }
  std::uint32_t owners() const {
    return with(any_, [](auto* value) { return value->owners(); });
  }
  std::size_t size() const {
    return with(any_, [](auto* value) { return value->array.size(); });
  }
  std::size_t bytes() const { return size() * (any_.is_double ? sizeof(double) : sizeof(float)); }
  const void* data() const {
    return with(any_, [](auto* value) -> const void* { return value->array.data(); });
  }

 private:
  AnyValue any_;
};

/// A value that the launches of a plan use, and at which of them.
struct Use {
  Owned value;
  std::size_t first, last;
  bool written_first, written;
};

/// One that others hold, too: where its elements were when it was captured.
struct Pinned {
  Owned value;
  const void* data;
  std::size_t size;
  bool written;

  bool unchanged() const {
    return with(*value, [this](auto* now) {
      return now->array.data() == data && now->array.size() == size &&
             now->array.storage().size() == size;
    });
  }
};

/// Before launch `before`, the buffer of one value becomes that of another of the same type.
struct Handover {
  std::size_t before;
  AnyValue from, to;

  void run() const {
    with(from, [this](auto* value) {
      std::swap(value->array.storage(), static_cast<decltype(value)>(to.value)->array.storage());
    });
  }
};

/// A buffer that several values have after one another.
struct Buffer {
  const Use *first, *holder;
};

}  // namespace

class Capture {
 public:
  /// Runs the launch, and keeps it if it throws nothing.
  void add(const KernelType& type, const void* kernel, void* const* values) {
    Kept kept{type, kernel, values};
    {
      ModeScope scope({mode().records, mode().detects_nan, nullptr});  // kernels read
      kept.run();
    }
    for (std::size_t i = 0; i < type.count; ++i) {
      const AnyValue any{values[i], (type.doubles >> i) % 2 == 1};
      auto [number, is_new] = numbers_.try_emplace(any.value, uses_.size());
      const bool writes = i < type.writes;
      if (is_new) uses_.push_back({Owned(any), launches_.size(), 0, writes, false});
      Use& use = uses_[number->second];
      use.last = launches_.size();
      use.written = use.written || writes;
    }
    launches_.push_back(std::move(kept));
  }
  /// Whether anybody but one owner, and this plan, holds the value; or it has elements that the
  /// plan does not make, so that a run which overwrites them would leave others to the next.
  bool is_shared(const AnyValue& any) const {
    const auto number = numbers_.find(any.value);
    if (number == numbers_.end() || !uses_[number->second].written_first) return true;
    return with(any, [](auto* value) { return value->owners(); }) > 2;
  }

  /// Ends the capture: values that nobody else holds share buffers.
  void finish() {
    numbers_.clear();
    for (Use& use : uses_) {
      if (use.written_first && use.value.owners() == 1) {
        temporary_.push_back(std::move(use));
      } else {
        const void* data = use.value.data();
        const std::size_t size = use.value.size();
        pinned_.push_back({std::move(use.value), data, size, use.written});
      }
    }
    uses_.clear();
    share_buffers();
  }

  bool unchanged() const {
    return std::all_of(pinned_.begin(), pinned_.end(),
                       [](const Pinned& pinned) { return pinned.unchanged(); });
  }

  void run() {
    for (const Pinned& pinned : pinned_) {
      with(*pinned.value, [&](auto* value) { value->version += pinned.written; });
    }
    auto handover = handovers_.begin();
    try {
      for (std::size_t i = 0; i < launches_.size(); ++i) {
        for (; handover != handovers_.end() && handover->before == i; ++handover) handover->run();
        launches_[i].run();
      }
    } catch (...) {  // the buffers go where the next run expects them
      for (; handover != handovers_.end(); ++handover) handover->run();
      throw;
    }
  }
  std::size_t size() const { return launches_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  class Kept {
   public:
    Kept(const KernelType& type, const void* kernel, void* const* values)
        : call_(type.call),
          kernel_(type.copy(kernel, type.size), type.destroy),
          values_(values, values + type.count) {}
    void run() const { call_(kernel_.get(), values_.data()); }

   private:
    void (*call_)(const void* kernel, void* const* values);
    std::unique_ptr<void, void (*)(void*) noexcept> kernel_;
    std::vector<void*> values_;
  };

  void share_buffers() {
    constexpr std::size_t too_small = 1024;  // to be worth a handover in each run
    std::map<std::pair<bool, std::size_t>, std::vector<Buffer>> idle;  // by type and size
    std::multimap<std::size_t, Buffer> busy;  // by the last use of their holder
    auto kind = [](const Use& use) {
      return std::make_pair((*use.value).is_double, use.value.size());
    };
    for (const Use& use : temporary_) {  // in the order of their first uses
      if (use.value.bytes() <= too_small) {
        bytes_ += use.value.bytes();
        continue;
      }
      while (!busy.empty() && busy.begin()->first < use.first) {
        idle[kind(*busy.begin()->second.first)].push_back(busy.begin()->second);
        busy.erase(busy.begin());
      }
      std::vector<Buffer>& fitting = idle[kind(use)];
      Buffer buffer{&use, &use};
      if (fitting.empty()) {
        bytes_ += use.value.bytes();
      } else {
        buffer.first = fitting.back().first;
        handovers_.push_back({use.first, *fitting.back().holder->value, *use.value});
        fitting.pop_back();
        with(*use.value, [](auto* value) { value->array.storage() = {}; });
      }
      busy.emplace(use.last, buffer);
    }
    for (const auto& [last, buffer] : busy) close(buffer);
    for (const auto& [size, buffers] : idle) {
      for (const Buffer& buffer : buffers) close(buffer);
    }
    std::stable_sort(handovers_.begin(), handovers_.end(),
                     [](const Handover& a, const Handover& b) { return a.before < b.before; });
  }
  /// A run begins with the buffers where the one before it has left them.
  void close(const Buffer& buffer) {
    if (buffer.holder == buffer.first) return;
    with(*buffer.holder->value, [](auto* value) { value->array.storage() = {}; });
    Handover back{buffer.first->first, *buffer.holder->value, *buffer.first->value};
    back.run();
    handovers_.push_back(back);
  }

  std::vector<Kept> launches_;
  std::vector<Use> uses_;  // while capturing, in the order of their first uses
  std::unordered_map<void*, std::size_t> numbers_;
  std::vector<Use> temporary_;
  std::vector<Pinned> pinned_;
  std::vector<Handover> handovers_;
  std::size_t bytes_ = 0;
};

struct Plan::Content {
  Capture capture;
  std::thread::id thread = std::this_thread::get_id();
};

Plan::Plan(Location at) : content_(std::make_shared<Content>()) {
  if (mode().capture != nullptr) misuse("capture", "another plan is being captured", at);
}
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;
Plan::~Plan() = default;

void Plan::record(void (*work)(const void*), const void* context) {
  Capture& capture = content_->capture;
  {
    ModeScope scope({mode().records, mode().detects_nan, &capture});
    work(context);
  }
  capture.finish();
}

void Plan::operator()(Location at) {
  const char* op = "plan";
  if (!content_) misuse(op, "was moved from", at);
  if (content_->thread != std::this_thread::get_id())
    misuse(op, "runs in another thread than the one that captured it", at);
  if (mode().capture != nullptr) misuse(op, "runs while another plan is being captured", at);
  if (!content_->capture.unchanged())
    misuse(op, "a tensor that it uses was resized since it was captured", at);
  content_->capture.run();
}

std::size_t Plan::size() const noexcept { return content_ ? content_->capture.size() : 0; }
std::size_t Plan::buffer_bytes() const noexcept { return content_ ? content_->capture.bytes() : 0; }

void run(const KernelType& type, const void* kernel, void* const* values) {
  for (unsigned i = 0; i < type.count; ++i) {
    if (values[i] == nullptr) Tensor<float>().need_value();
  }
  if (mode().capture == nullptr)
    type.call(kernel, values);
  else
    mode().capture->add(type, kernel, values);
}

void* copy_bytes(const void* kernel, std::size_t size) {
  return std::memcpy(::operator new(size), kernel, size);
}
void destroy_bytes(void* kernel) noexcept { ::operator delete(kernel); }

template <class T>
bool is_shared(const Tensor<T>& x) noexcept {
  const Capture* capture = mode().capture;
  return capture == nullptr ? x.storage()->owners() > 1
                            : capture->is_shared({x.storage().get(), std::is_same_v<T, double>});
}

template <class T>
void copy(const Tensor<T>& y, const Tensor<T>& x) {
  launch(
      [](Array<T>& to, const Array<T>& from) { std::copy_n(from.data(), from.size(), to.data()); },
      y, x);
}
template <class T>
Tensor<T> copy_of(const Tensor<T>& x) {
  Tensor<T> y = empty<T>(x.shape());
  copy(y, x);
  return y;
}

#define XGRAD_LAUNCH(T)                                   \
  template bool is_shared(const Tensor<T>&) noexcept;     \
  template void copy(const Tensor<T>&, const Tensor<T>&); \
  template Tensor<T> copy_of(const Tensor<T>&);
XGRAD_LAUNCH(float)
XGRAD_LAUNCH(double)

}  // namespace xgrad
