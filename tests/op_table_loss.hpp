// The samples and errors of losses of two tensors of one shape.
#pragma once
#include "op_table.hpp"

namespace op_table {

inline const std::vector<Sample> pairs = {
    {{}, {}},         {{1}, {1}},         {{7}, {7}},
    {{33}, {33}},     {{3, 5}, {3, 5}},   {{2, 3, 4}, {2, 3, 4}},
    {{1, 5}, {1, 5}}, {{17, 1}, {17, 1}}, {{2, 1, 3}, {2, 1, 3}}};
inline const std::vector<Sample> pairs_or_nothing = {
    {{}, {}}, {{1}, {1}}, {{17}, {17}}, {{3, 5}, {3, 5}}, {{0}, {0}}, {{2, 0, 3}, {2, 0, 3}}};
inline const std::vector<Sample> batches = {{{3}, {3}}, {{3, 5}, {3, 5}}, {{2, 3, 4}, {2, 3, 4}}};
// Not even shapes that would broadcast.
inline const std::vector<Error> unequal = {
    {{{3}, {4}}}, {{{3, 1}, {3}}}, {{{3}, {}}}, {{{2, 3}, {3}}}, {{{1}, {}}}};
inline const std::vector<Error> unequal_or_empty = {
    {{{3}, {4}}}, {{{3, 1}, {3}}}, {{{3}, {}}}, {{{2, 3}, {3}}}, {{{0}, {0}}}, {{{2, 0}, {2, 0}}}};
inline const std::vector<Error> no_batch = {{{{3}, {4}}}, {{{}, {}}}, {{{0, 2}, {0, 2}}}};

}  // namespace op_table
