/// NumPy's files, made byte by byte.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lockstep::testing {

/// `width` bytes of a number, the least first.
std::string little_endian(std::uint64_t number, int width);

/// A .npy file with this text as its header, padded as NumPy pads it.
std::string npy_with_header(std::string header, const std::string& values, char major = 1);

/// `shape` as Python writes a tuple: "(3, 2)", "(3,)".
std::string npy_file(const std::string& type, const std::string& shape, const std::string& values,
                     bool is_fortran = false);

/// The bytes of numbers of one type.
template <typename T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string deflated(const std::string& bytes);

/// A zip archive of these members; `is_zip64`: its numbers stand in the fields of 64 bits.
std::string zip_file(const std::vector<std::pair<std::string, std::string>>& members, bool is_deflated,
                     bool is_zip64 = false);

}  // namespace lockstep::testing
