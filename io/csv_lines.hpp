// Lines of a CSV file that is being written.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace xgrad {

/// The names of columns as a line with its end, in quotes where they need some.
std::string csv_header(const std::vector<std::string>& columns, char separator = ',');

/// Numbers as a line with its end, with as many digits as reading the same ones needs.
std::string csv_row(const double* numbers, std::size_t count, char separator = ',');

}  // namespace xgrad
