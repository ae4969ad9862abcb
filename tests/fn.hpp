// Operations as the tests write them down: an expression in x, or in a and b.
#pragma once

#define FN(...) [](const auto& x) { return __VA_ARGS__; }
#define FN2(...) [](const auto& a, const auto& b) { return __VA_ARGS__; }
