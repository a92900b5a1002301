/// States as tests fill and compare them: every field, by visit().
#pragma once

#include "lockstep/base/visit.h"
#include "lockstep/optim/state.h"

#include <bit>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace lockstep::testing {

/// Fills fields with values that differ from each other and from every default; a vector has four entries.
class Filler {
 public:
  void operator()(const char*, double& field) { field = number(); }
  void operator()(const char*, std::int64_t& field) { field = 1'000'000'000'000 + ++count_; }
  void operator()(const char*, std::uint64_t& field) { field = ~static_cast<std::uint64_t>(++count_); }
  void operator()(const char*, bool& field) { field = true; }
  void operator()(const char*, std::string& field) { field = "text " + std::to_string(++count_); }
  void operator()(const char*, Vector& field) {
    field.resize(4);
    for (double& x : field) {
      x = number();
    }
  }
  template <typename T>
  void operator()(const char* name, std::vector<T>& field) {
    field.resize(3);
    for (T& element : field) {
      if constexpr (Visited<T>) {
        visit(element, *this);
      } else {
        (*this)(name, element);
      }
    }
  }

 private:
  double number() { return 1.0 / 3 + static_cast<double>(++count_); }

  std::int64_t count_ = 0;
};

/// A state of four parameters in which no field has its default.
template <Visited State>
State filled() {
  State state;
  visit(state, Filler());
  return state;
}

/// Bit for bit; NaN is the same as itself, 0 is not −0.
template <typename T>
bool is_same(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  } else if constexpr (Visited<T>) {
    bool same = true;
    visit(a, b, [&](const char*, const auto& of_a, const auto& of_b) { same = same && is_same(of_a, of_b); });
    return same;
  } else if constexpr (requires { a.begin(); } && !std::is_same_v<T, std::string>) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return is_same(x, y); });
  } else {
    return a == b;
  }
}

template <Visited T>
void expect_same_state(const T& a, const T& b) {
  visit(a, b, [](const char* name, const auto& of_a, const auto& of_b) { EXPECT_TRUE(is_same(of_a, of_b)) << name; });
}

}  // namespace lockstep::testing
