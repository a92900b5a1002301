#include "io/sealed_image.h"

#include "base/hash.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace lockstep {

namespace {

static_assert(std::endian::native == std::endian::little, "the header is copied as it stands in memory");

/// The header's fields in the order and places of the file (see the header's comment).
struct Header {
  std::array<char, 8> magic{};
  std::uint32_t format = 0;
  std::uint32_t zero = 0;
  std::uint64_t image_bytes = 0;
  Sha256Digest digest{};
  std::array<std::byte, 448> padding{};
  std::uint64_t checksum = 0;
};
static_assert(sizeof(Header) == kSealBytes);
static_assert(offsetof(Header, checksum) == 504);

std::uint64_t checksum_of(const Header& header) {
  return hash64(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, checksum)));
}

}  // namespace

bool has_seal(const Seal& kind, std::span<const std::byte> file) {
  return file.size() >= kind.magic.size() &&
         std::ranges::equal(std::as_bytes(std::span(kind.magic)), file.first(kind.magic.size()));
}

std::vector<std::byte> seal(const Seal& kind, std::vector<std::byte> image_with_user_block) {
  if (image_with_user_block.size() <= kSealBytes) {
    throw InternalError(fmt::format("an image of {} bytes has no user block to seal", image_with_user_block.size()));
  }
  const auto image = std::span(image_with_user_block).subspan(kSealBytes);
  Header header;
  std::ranges::copy(kind.magic.substr(0, header.magic.size()), header.magic.begin());
  header.format = static_cast<std::uint32_t>(kind.formats.newest);
  header.image_bytes = image.size();
  header.digest = sha256(image);
  header.checksum = checksum_of(header);
  std::memcpy(image_with_user_block.data(), &header, sizeof header);
  return image_with_user_block;
}

std::span<const std::byte> unseal(const Seal& kind, std::span<const std::byte> file, const std::string& path) {
  const auto refuse = [&](const std::string& reason) { throw DataError(path + ": " + reason); };
  const auto magic = std::as_bytes(std::span(kind.magic)).first(std::min(file.size(), kind.magic.size()));
  if (!std::ranges::equal(magic, file.first(magic.size()))) {
    refuse(fmt::format("not {} (its first bytes are others)", kind.what));
  }
  if (file.size() < kSealBytes) {
    refuse(fmt::format("truncated ({} of at least {} bytes)", file.size(), kSealBytes));
  }
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  if (header.checksum != checksum_of(header)) {
    refuse("header damaged (its checksum does not match)");
  }
  require_format(header.format, kind.formats, path, std::string(kind.remedy));
  const auto image = file.subspan(kSealBytes);
  if (image.size() < header.image_bytes) {
    refuse(fmt::format("truncated ({} of {} bytes)", file.size(), header.image_bytes + kSealBytes));
  }
  if (image.size() > header.image_bytes) {
    refuse(fmt::format("content damaged ({} bytes after its end)", image.size() - header.image_bytes));
  }
  if (sha256(image) != header.digest) {
    refuse("content damaged (its SHA-256 does not match)");
  }
  return file;
}

}  // namespace lockstep
