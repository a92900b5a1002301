#include "base/hash.h"

#include "lockstep/base/errors.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lockstep {

namespace {

EVP_MD_CTX* evp(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

std::uint64_t hash64(std::span<const std::byte> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex(evp(context_), EVP_sha256(), nullptr) != 1) {
    EVP_MD_CTX_free(evp(context_));
    throw InternalError("libcrypto cannot start a SHA-256 digest");
  }
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(evp(context_));
}

void Sha256::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(evp(context_), bytes.data(), bytes.size()) != 1) {
    throw InternalError("libcrypto cannot update a SHA-256 digest");
  }
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  if (EVP_DigestFinal_ex(evp(context_), reinterpret_cast<unsigned char*>(digest.data()), nullptr) != 1) {
    throw InternalError("libcrypto cannot finish a SHA-256 digest");
  }
  return digest;
}

Sha256Digest sha256(std::span<const std::byte> bytes) {
  Sha256 hasher;
  hasher.update(bytes);
  return hasher.finish();
}

std::string to_hex(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::byte b : bytes) {
    fmt::format_to(std::back_inserter(text), "{:02x}", std::to_integer<unsigned>(b));
  }
  return text;
}

std::string to_hex(std::uint64_t word) {
  return fmt::format("{:016x}", word);
}

}  // namespace lockstep
