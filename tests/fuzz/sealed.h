/// Sealed images out of a fuzzer's input.
#pragma once

#include "io/sealed_image.h"

#include <cstddef>
#include <span>
#include <vector>

#include "fuzz_input.h"

namespace lockstep::fuzz {

inline std::vector<std::byte> copied(std::span<const std::byte> bytes) {
  return {bytes.begin(), bytes.end()};
}

/// The input as the image behind a seal that fits it. The first 512 bytes, where a file has its seal, are passed over.
inline std::vector<std::byte> sealed(const Seal& kind, const FuzzInput& input) {
  std::vector<std::byte> file = copied(input.bytes());
  return file.size() > kSealBytes ? seal(kind, std::move(file)) : file;
}

}  // namespace lockstep::fuzz
