// What a sweep keeps of the nodes ahead of it. Not part of the public interface.
#pragma once
#include <xgrad/autograd/broadcast.hpp>
#include <xgrad/autograd/node.hpp>

#include <functional>
#include <map>
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
template <class T>
using NodeSet = std::set<Node<T>*, NewestFirst, PoolAllocator<Node<T>*>>;

/// A tensor of its own: what is shared with others is copied, so that writing to it is safe.
template <class T>
Tensor<T> unshared(Tensor<T> x) {
  return is_shared(x) ? copy_of(x) : x;
}

/// What Pullback::spread() left small, in the node's shape.
template <class T>
Tensor<T> written_out(Tensor<T> g, const Node<T>* node) {
  if (g.shape() != node->shape) g = broadcast_to(g, node->shape);
  return g;
}

/// The cotangents that wait for their nodes. Most graphs keep few of them waiting: these stand in a
/// short array, the newest node last; the rest, all older than them, in a map.
template <class T>
class Cotangents {
 public:
  Cotangents() { recent_.reserve(limit); }
  bool empty() const noexcept { return recent_.empty() && rest_.empty(); }

  /// The cotangent that waits for the node, undefined at first.
  Tensor<T>& operator[](Node<T>* node) {
    NewestFirst newer;
    if (!rest_.empty() && !newer(node, rest_.begin()->first)) return rest_[node];
    auto at = recent_.end();
    while (at != recent_.begin() && newer(at[-1].first, node)) --at;
    if (at != recent_.begin() && at[-1].first == node) return at[-1].second;
    if (recent_.size() < limit) return recent_.insert(at, {node, {}})->second;
    auto middle = recent_.begin() + limit / 2;
    for (auto entry = recent_.begin(); entry != middle; ++entry) rest_.insert(std::move(*entry));
    recent_.erase(recent_.begin(), middle);
    return (*this)[node];
  }

  /// Takes the newest node out.
  std::pair<Node<T>*, Tensor<T>> pop() {
    if (recent_.empty()) {
      recent_.emplace_back(*rest_.begin());
      rest_.erase(rest_.begin());
    }
    std::pair<Node<T>*, Tensor<T>> newest = std::move(recent_.back());
    recent_.pop_back();
    return newest;
  }

 private:
  using Entry = std::pair<Node<T>*, Tensor<T>>;
  static constexpr std::size_t limit = 32;
  std::vector<Entry, PoolAllocator<Entry>> recent_;
  std::map<Node<T>*, Tensor<T>, NewestFirst, PoolAllocator<std::pair<Node<T>* const, Tensor<T>>>>
      rest_;
};

}  // namespace xgrad
