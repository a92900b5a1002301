/// What every fuzzer does: takes its choices from the first bytes of an input, the rest being the file, and lets
/// nothing out but an error that tells of the input.
#pragma once

#include "lockstep/base/errors.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

namespace lockstep::fuzz {

class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : bytes_(std::as_bytes(std::span(data, size))) {}

  /// One of 0 … count − 1, by the next byte; 0 where there is none.
  std::size_t choose(std::size_t count) {
    if (bytes_.empty()) {
      return 0;
    }
    const auto byte = std::to_integer<std::size_t>(bytes_.front());
    bytes_ = bytes_.subspan(1);
    return byte % count;
  }

  /// What the choices left over.
  std::span<const std::byte> bytes() const { return bytes_; }
  std::string_view text() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

 private:
  std::span<const std::byte> bytes_;
};

/// Ends the process where a promise does not hold: libFuzzer keeps the input.
inline void require(bool holds, std::string_view promise) {
  if (!holds) {
    std::cerr << "broken: " << promise << std::endl;
    std::abort();
  }
}

/// Calls `read`, which may refuse the input by an Error; an InternalError (70) is a bug. Any other exception ends the
/// process by itself. Returns whether it was read.
template <typename Read>
bool is_read(Read read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    require(error.code() != ExitCode::internal, error.what());
    require(!std::string_view(error.what()).empty(), "an error says what is wrong");
    return false;
  }
}

/// A file in the folder for temporary ones, which fuzz.sh keeps in memory, and with a name of its own, since HDF5 asks
/// for it. Takes one content after the other.
class MemoryFile {
 public:
  MemoryFile();
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  const std::string& path() const { return path_; }
  void hold(std::span<const std::byte> content);
  void hold(std::string_view content) { hold(std::as_bytes(std::span(content))); }

 private:
  int descriptor_ = -1;
  std::string path_;
};

/// To be held around a use of HDF5. Requires that no file, dataset, type … is left open. The library zeroes half a
/// megabyte at each opening: that it keeps the memory makes an input three times as fast.
class Hdf5Use {
 public:
  Hdf5Use();
  ~Hdf5Use();
  Hdf5Use(const Hdf5Use&) = delete;
  Hdf5Use& operator=(const Hdf5Use&) = delete;
};

}  // namespace lockstep::fuzz
