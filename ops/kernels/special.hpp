// Special functions of one number, which C++ lacks or whose C library versions are not exact
// enough.
#pragma once
#include <cmath>

namespace xgrad::scalar {

inline float erf(float x) { return static_cast<float>(std::erf(double(x))); }
inline double erf(double x) { return std::erf(x); }
inline float erfc(float x) { return static_cast<float>(std::erfc(double(x))); }
// In double the C library's may be off by 5 units in the last place.
inline double erfc(double x) { return static_cast<double>(std::erfc(static_cast<long double>(x))); }

// Declared and explained in ops/special.hpp; computed in a wider type and rounded.
float erfinv(float x);
double erfinv(double x);
float lgamma(float x);
double lgamma(double x);
float digamma(float x);
double digamma(double x);
/// n >= 0.
float polygamma(int n, float x);
double polygamma(int n, double x);

}  // namespace xgrad::scalar
