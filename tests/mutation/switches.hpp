// The switches between a rule and its mutants that mutate.py writes into its copy of the sources.
#pragma once
#include <type_traits>
#include <utility>

namespace xgrad::mutation {

extern const int active;     // the number of the mutant, 0 for none
extern const bool noting;    // whether to note which mutants are reached
constexpr int most = 40000;  // more than there are mutants
extern char reached[most];

inline bool on(int k) {
  if (noting) reached[k] = 1;
  return active == k;
}
// 0, or which of n mutants from K on.
template <int K>
int chosen(int n) {
  if (noting) {
    for (int i = 0; i < n; ++i) reached[K + i] = 1;
  }
  return active >= K && active < K + n ? active - K + 1 : 0;
}

#define XGRAD_SWITCH(name, original, first, second) \
  template <int K, class A, class B>                \
  auto name(const A& a, const B& b) {               \
    using R = std::decay_t<decltype(original)>;     \
    switch (chosen<K>(2)) {                         \
      case 1:                                       \
        return R(first);                            \
      case 2:                                       \
        return R(second);                           \
      default:                                      \
        return R(original);                         \
    }                                               \
  }
XGRAD_SWITCH(plus, a + b, a - b, a)
XGRAD_SWITCH(minus, a - b, a + b, b - a)
XGRAD_SWITCH(times, a* b, a / b, a)
XGRAD_SWITCH(over, a / b, a* b, a)
XGRAD_SWITCH(less, a<b, a <= b, a> b)
XGRAD_SWITCH(less_equal, a <= b, a < b, a >= b)
XGRAD_SWITCH(greater, a > b, a >= b, a < b)
XGRAD_SWITCH(greater_equal, a >= b, a > b, a <= b)
template <int K, class A, class B>
auto equal(const A& a, const B& b) {
  using R = std::decay_t<decltype(a == b)>;
  return on(K) ? R(a != b) : R(a == b);
}
template <int K, class A, class B>
auto not_equal(const A& a, const B& b) {
  using R = std::decay_t<decltype(a != b)>;
  return on(K) ? R(a == b) : R(a != b);
}
#define XGRAD_ASSIGN(name, original, opposite) \
  template <int K, class A, class B>           \
  void name(A&& a, const B& b) {               \
    switch (chosen<K>(2)) {                    \
      case 1:                                  \
        a opposite b;                          \
        break;                                 \
      case 2:                                  \
        break;                                 \
      default:                                 \
        a original b;                          \
    }                                          \
  }
XGRAD_ASSIGN(plus_assign, +=, -=)
XGRAD_ASSIGN(minus_assign, -=, +=)
XGRAD_ASSIGN(times_assign, *=, /=)

template <int K, class A>
auto negative(const A& a) {
  using R = std::decay_t<decltype(-a)>;
  return on(K) ? R(a) : R(-a);
}
template <int K, class A>
A result(const A& a) {
  return on(K) ? A(-a) : a;
}
template <int K, class A>
A cotangent(const A& a) {
  switch (chosen<K>(2)) {
    case 1:
      return A(-a);
    case 2:
      return A(a + a);
    default:
      return a;
  }
}
template <int K, class N>
N constant(N n) {
  switch (chosen<K>(2)) {
    case 1:
      return -n;
    case 2:
      return static_cast<N>(n * N(1.001));
    default:
      return n;
  }
}
template <int K, class N>
N number(N n) {
  return on(K) ? static_cast<N>(n + 1) : n;
}
template <int K, class N>
N index(N n) {
  return on(K) ? static_cast<N>(n == 0 ? 1 : n - 1) : n;
}
template <int K, class B>
bool flag(const B& b) {
  return static_cast<bool>(b) != on(K);
}
template <int K, class D>
D direction(D d) {
  return on(K) ? opposite(d) : d;
}
template <int K, class C, class A, class B>
auto choice(const C& condition, const A& a, const B& b) {
  using R = std::decay_t<decltype(where(condition, a, b))>;
  switch (chosen<K>(3)) {
    case 1:
      return R(where(condition, b, a));
    case 2:
      return R(a);
    case 3:
      return R(b);
    default:
      return R(where(condition, a, b));
  }
}
// Tells lambdas apart: g++ 12 takes generic lambdas within a generic lambda for one another.
template <int K>
struct Tag {};
template <int K, class A, class B, class F>
auto exchanged(const A& a, const B& b, const F& f) {
  return on(K) ? f(b, a, Tag<K>()) : f(a, b, Tag<K>());
}
template <int K, class A, class F>
auto left_out(const A& a, const F& f) {
  using R = std::decay_t<decltype(f(a, Tag<K>()))>;
  return on(K) ? R(a) : R(f(a, Tag<K>()));
}

template <int K>
struct Passed {
  template <class G>
  G operator()(const G& g) const {
    return cotangent<K>(g);
  }
};
template <int K, class D>
struct Exchanged {
  D d;
  template <class G, class A, class B>
  auto operator()(const G& g, const A& a, const B& b) const {
    return on(K) ? d(g, b, a) : d(g, a, b);
  }
};
template <int K, class D>
struct Other {
  D d;
  template <class... X>
  auto operator()(const X&... x) const {
    return d(x...);
  }
};
template <class D>
inline constexpr bool is_passed = false;
template <int K>
inline constexpr bool is_passed<Passed<K>> = true;
template <template <int, class> class Wrapper, int K, class D>
Wrapper<K, D> wrap(D d) {
  return {d};
}
template <class D>
bool swapped(const D&) {
  return false;
}
template <int K, class D>
bool swapped(const Other<K, D>&) {
  return on(K);
}

}  // namespace xgrad::mutation
