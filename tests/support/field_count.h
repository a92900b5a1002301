/// How many fields a struct has, whether or not its fields() names them.
#pragma once

#include "lockstep/base/visit.h"

#include <cstddef>

namespace lockstep::testing {

/// Stands for a value of any type where a struct is put together from its fields.
struct AnyField {
  template <typename T>
  operator T() const;
};

/// The most values that the struct can be put together from, one a field.
template <typename T, typename... Fields>
constexpr std::size_t field_count() {
  if constexpr (requires { T{Fields{}..., AnyField{}}; }) {
    return field_count<T, Fields..., AnyField>();
  } else {
    return sizeof...(Fields);
  }
}

/// How many of them fields() names; a part counts as one.
template <Visited T>
std::size_t named_field_count() {
  std::size_t count = 0;
  T::fields([&](const char*, auto) { ++count; });
  return count;
}

}  // namespace lockstep::testing
