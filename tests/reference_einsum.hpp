// The references of einsum and its kin: sums over indices.
#pragma once
#include "reference.hpp"

#include <map>
#include <string>

namespace reference {

/// numpy.einsum with an explicit output: for every combination of indices, the product.
template <class S>
Nd<S> einsum(const std::string& subscripts, const std::vector<Nd<S>>& x) {
  std::size_t arrow = subscripts.find("->"), start = 0, widest = 0;
  std::vector<std::string> terms;
  std::map<char, std::size_t> extents;
  // The axes of an ellipsis are digits, counted from the right.
  auto expanded = [](std::string term, std::size_t rank) {
    std::size_t dots = term.find("...");
    if (dots == std::string::npos) return term;
    std::string digits;
    for (std::size_t d = rank + 3 - term.size(); d-- > 0;) digits += char('0' + d);
    return term.replace(dots, 3, digits);
  };
  for (const Nd<S>& operand : x) {
    std::size_t end = std::min(subscripts.find(',', start), arrow), rank = operand.shape.size();
    std::string term = subscripts.substr(start, end - start);
    if (term.find("...") != std::string::npos) widest = std::max(widest, rank + 3 - term.size());
    terms.push_back(expanded(term, rank));
    for (std::size_t d = 0; d < rank; ++d) {
      std::size_t& extent = extents.emplace(terms.back()[d], 1).first->second;
      if (extent == 1) extent = operand.shape[d];
    }
    start = end + 1;
  }
  std::string output = subscripts.substr(arrow + 2);
  output = expanded(output, output.size() - 3 + widest);
  std::string order = output;
  for (auto [letter, extent] : extents) {
    if (order.find(letter) == std::string::npos) order += letter;
  }
  Shape shape, all;
  for (char letter : output) shape.push_back(extents[letter]);
  for (char letter : order) all.push_back(extents[letter]);
  Nd<S> y(shape);
  for_each_index(all, [&](const Index& i) {
    S product = 1;
    for (std::size_t k = 0; k < x.size(); ++k) {
      Index at;
      for (char letter : terms[k]) at.push_back(i[order.find(letter)]);
      product = product * x[k].at(at);
    }
    S& sum = y.at(Index(i.begin(), i.begin() + std::ptrdiff_t(output.size())));
    sum = sum + product;
  });
  return y;
}

template <class S>
Nd<S> trace(const Nd<S>& x, int offset, std::size_t axis1, std::size_t axis2) {
  Shape rest;
  for (std::size_t d = 0; d < x.shape.size(); ++d) {
    if (d != axis1 && d != axis2) rest.push_back(x.shape[d]);
  }
  Nd<S> y(rest);
  for_each_index(x.shape, [&](const Index& i) {
    if (int(i[axis2]) - int(i[axis1]) != offset) return;
    Index at;
    for (std::size_t d = 0; d < i.size(); ++d) {
      if (d != axis1 && d != axis2) at.push_back(i[d]);
    }
    y.at(at) = y.at(at) + x.at(i);
  });
  return y;
}

template <class S>
Nd<S> kron(Nd<S> a, Nd<S> b) {
  a.shape.insert(a.shape.begin(), std::max(a.shape.size(), b.shape.size()) - a.shape.size(), 1);
  b.shape.insert(b.shape.begin(), a.shape.size() - b.shape.size(), 1);
  Shape shape;
  for (std::size_t d = 0; d < a.shape.size(); ++d) shape.push_back(a.shape[d] * b.shape[d]);
  return build<S>(shape, [&](const Index& i) {
    Index of_a, of_b;
    for (std::size_t d = 0; d < i.size(); ++d) {
      of_a.push_back(i[d] / b.shape[d]);
      of_b.push_back(i[d] % b.shape[d]);
    }
    return a.at(of_a) * b.at(of_b);
  });
}

}  // namespace reference
