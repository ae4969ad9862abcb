// What a sweep keeps of the nodes ahead of it. Not part of the public interface.
#pragma once
#include <xgrad/autograd/broadcast.hpp>
#include <xgrad/autograd/node.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <set>

namespace xgrad {

/// Newest first: ids fall along every path from a result to its inputs, so taking the newest
/// pending node next visits each node after everything that uses it.
struct NewestFirst {
  template <class N>
  bool operator()(const N* a, const N* b) const noexcept {
    return a->id != b->id ? a->id > b->id : std::less<const N*>()(a, b);
  }
};
struct OldestFirst {
  template <class N>
  bool operator()(const N* a, const N* b) const noexcept {
    return NewestFirst()(b, a);
  }
};
template <class T>
using NodeSet = std::set<Node<T>*, NewestFirst, PoolAllocator<Node<T>*>>;

/// A tensor of its own: what is shared with others is copied, so that writing to it is safe.
template <class T>
Tensor<T> unshared(Tensor<T> x) {
  if (is_shared(x)) x = copy_of(x);
  return x;
}

/// What Pullback::spread() left small, in the node's shape.
template <class T>
Tensor<T> written_out(Tensor<T> g, const Node<T>* node) {
  if (!same_shape(g.shape(), node->shape)) g = broadcast_to(g, node->shape);
  return g;
}

/// A node, and the cotangent that waits for it.
template <class T>
struct Waiting {
  Node<T>* node;
  Tensor<T> cotangent;
};

/// A sorted list of a few of them, in place: a sweep makes one, and most hold one or two.
template <class T>
class ShortList {
 public:
  static constexpr std::size_t most = 16;
  ShortList() = default;
  ShortList(const ShortList&) = delete;
  ShortList& operator=(const ShortList&) = delete;
  ~ShortList() { std::destroy(begin(), end()); }

  Waiting<T>* begin() noexcept { return std::launder(reinterpret_cast<Waiting<T>*>(bytes_)); }
  Waiting<T>* end() noexcept { return begin() + size_; }
  std::size_t size() const noexcept { return size_; }

  /// There must be room.
  Waiting<T>& insert(Waiting<T>* at, Node<T>* node) noexcept {
    Waiting<T>* const last = begin() + size_++;
    new (last) Waiting<T>{nullptr, {}};
    std::move_backward(at, last, last + 1);
    *at = {node, {}};
    return *at;
  }
  Waiting<T> pop() noexcept {
    Waiting<T> last = std::move(begin()[--size_]);
    std::destroy_at(begin() + size_);
    return last;
  }
  void erase_first(std::size_t count) noexcept {
    std::move(begin() + count, end(), begin());
    std::destroy(end() - count, end());
    size_ -= count;
  }

 private:
  alignas(Waiting<T>) std::byte bytes_[most * sizeof(Waiting<T>)];
  std::size_t size_ = 0;
};

/// The cotangents that wait for their nodes. Most graphs keep few of them waiting: those that come
/// first in the order stand in a short list, the first of them last; the rest in a map.
template <class T, class Order>
class Cotangents {
 public:
  bool empty() const noexcept { return front_.size() == 0 && rest_.empty(); }

  /// The cotangent that waits for the node, undefined at first.
  Tensor<T>& operator[](Node<T>* node) {
    const Order before;
    if (!rest_.empty() && !before(node, rest_.begin()->first)) return rest_[node];
    Waiting<T>* at = front_.end();
    while (at != front_.begin() && before(at[-1].node, node)) --at;
    if (at != front_.begin() && at[-1].node == node) return at[-1].cotangent;
    if (front_.size() < front_.most) return front_.insert(at, node).cotangent;
    constexpr std::size_t half = front_.most / 2;
    for (std::size_t i = 0; i < half; ++i) {
      Waiting<T>& late = front_.begin()[i];
      rest_.emplace(late.node, std::move(late.cotangent));
    }
    front_.erase_first(half);
    return (*this)[node];
  }

  /// Takes the first node out.
  Waiting<T> pop() {
    if (front_.size() > 0) return front_.pop();
    auto first = rest_.begin();
    Waiting<T> result{first->first, std::move(first->second)};
    rest_.erase(first);
    return result;
  }
  /// f(node, cotangent) for all.
  template <class F>
  void for_each(const F& f) {
    for (auto& [node, cotangent] : front_) f(node, cotangent);
    for (auto& [node, cotangent] : rest_) f(node, cotangent);
  }

 private:
  ShortList<T> front_;
  std::map<Node<T>*, Tensor<T>, Order, PoolAllocator<std::pair<Node<T>* const, Tensor<T>>>> rest_;
};

}  // namespace xgrad
