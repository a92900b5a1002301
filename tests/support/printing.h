/// How gtest shows the library's enumerations: parameters of tests get names that read.
#pragma once

#include "data/feature_matrix.h"
#include "lockstep/fit/model_registry.h"
#include "lockstep/fit/optimizer_registry.h"
#include "model/network.h"

#include <array>
#include <ostream>

namespace lockstep {

inline void PrintTo(Layout layout, std::ostream* out) {
  *out << (layout == Layout::dense_columns ? "dense_columns"
           : layout == Layout::dense_rows  ? "dense_rows"
                                           : "sparse_rows");
}
inline void PrintTo(Activation activation, std::ostream* out) {
  constexpr std::array kNames = {"relu", "tanh", "sigmoid", "gelu"};
  *out << kNames.at(static_cast<std::size_t>(activation));
}
inline void PrintTo(ModelKind kind, std::ostream* out) {
  *out << to_string(kind);
}
inline void PrintTo(OptimizerKind kind, std::ostream* out) {
  *out << to_string(kind);
}

}  // namespace lockstep
