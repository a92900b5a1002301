/// Hashes: XXH3 (64 bit) for fingerprints and agreement, SHA-256 for what is written to disk.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lockstep {

/// XXH3 64-bit hash of the bytes. The same on every platform and in every version of the library.
std::uint64_t hash64(std::span<const std::byte> bytes, std::uint64_t seed = 0);

/// Hash of the bit patterns of doubles.
inline std::uint64_t hash64(std::span<const double> values, std::uint64_t seed = 0) {
  return hash64(std::as_bytes(values), seed);
}

using Sha256Digest = std::array<std::byte, 32>;

/// Incremental SHA-256 (libcrypto). Throws InternalError when libcrypto fails.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::span<const std::byte> bytes);
  Sha256Digest finish();

 private:
  void* context_;  // EVP_MD_CTX
};

Sha256Digest sha256(std::span<const std::byte> bytes);

/// Lower-case hexadecimal digits.
std::string to_hex(std::span<const std::byte> bytes);
std::string to_hex(std::uint64_t word);

}  // namespace lockstep
