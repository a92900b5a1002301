/// The fields of a struct, each named once: what writes, reads, hashes and compares it goes through this list.
///
/// A visited struct has a static member template `fields(f)`, which calls f(name, &Struct::field) for each of its
/// fields in their order. A field that is a visited struct itself is a part: its fields stand in its place.
#pragma once

#include <type_traits>
#include <utility>

namespace lockstep {

template <typename T>
concept Visited = requires {
  std::remove_const_t<T>::fields([](const char*, auto) {});
};

/// Calls f(name, field) for each field, those of parts in their place.
template <Visited T, typename F>
void visit(T& object, F&& f) {
  std::remove_const_t<T>::fields([&](const char* name, auto member) {
    if constexpr (Visited<std::remove_reference_t<decltype(object.*member)>>) {
      visit(object.*member, f);
    } else {
      f(name, object.*member);
    }
  });
}

/// The same of two objects in step: f(name, field of a, field of b).
template <Visited T, typename F>
void visit(const T& a, const T& b, F&& f) {
  T::fields([&](const char* name, auto member) {
    if constexpr (Visited<std::remove_reference_t<decltype(a.*member)>>) {
      visit(a.*member, b.*member, f);
    } else {
      f(name, a.*member, b.*member);
    }
  });
}

}  // namespace lockstep
