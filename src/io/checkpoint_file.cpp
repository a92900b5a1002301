#include "io/checkpoint_file.h"

#include "base/hash.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

namespace lockstep {

namespace {

static_assert(std::endian::native == std::endian::little, "the header is copied as it stands in memory");

constexpr std::string_view kMagic = "LOCKSTEP";
constexpr std::string_view kNamePrefix = "checkpoint-";
constexpr std::string_view kNameSuffix = ".h5";

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
static_assert(sizeof(Header) == kCheckpointHeaderBytes);
static_assert(offsetof(Header, checksum) == 504);

std::uint64_t checksum_of(const Header& header) {
  return hash64(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, checksum)));
}

}  // namespace

std::vector<std::byte> seal(std::vector<std::byte> image_with_user_block) {
  if (image_with_user_block.size() <= kCheckpointHeaderBytes) {
    throw InternalError(fmt::format("an image of {} bytes has no user block to seal", image_with_user_block.size()));
  }
  const auto image = std::span(image_with_user_block).subspan(kCheckpointHeaderBytes);
  Header header;
  std::copy(kMagic.begin(), kMagic.end(), header.magic.begin());
  header.format = static_cast<std::uint32_t>(kCheckpointFormats.newest);
  header.image_bytes = image.size();
  header.digest = sha256(image);
  header.checksum = checksum_of(header);
  std::memcpy(image_with_user_block.data(), &header, sizeof header);
  return image_with_user_block;
}

std::span<const std::byte> unseal(std::span<const std::byte> file, const std::string& path) {
  const auto refuse = [&](const std::string& reason) { throw DataError(path + ": " + reason); };
  const auto magic = std::as_bytes(std::span(kMagic)).first(std::min(file.size(), kMagic.size()));
  if (!std::ranges::equal(magic, file.first(magic.size()))) {
    refuse("not a Lockstep checkpoint (its first bytes are others)");
  }
  if (file.size() < kCheckpointHeaderBytes) {
    refuse(fmt::format("truncated ({} of at least {} bytes)", file.size(), kCheckpointHeaderBytes));
  }
  Header header;
  std::memcpy(&header, file.data(), sizeof header);
  if (header.checksum != checksum_of(header)) {
    refuse("header damaged (its checksum does not match)");
  }
  require_format(header.format, kCheckpointFormats, path,
                 "go on with the Lockstep that wrote it, or train anew with --resume never --overwrite");
  const auto image = file.subspan(kCheckpointHeaderBytes);
  if (image.size() < header.image_bytes) {
    refuse(fmt::format("truncated ({} of {} bytes)", file.size(), header.image_bytes + kCheckpointHeaderBytes));
  }
  if (image.size() > header.image_bytes) {
    refuse(fmt::format("content damaged ({} bytes after its end)", image.size() - header.image_bytes));
  }
  if (sha256(image) != header.digest) {
    refuse("content damaged (its SHA-256 does not match)");
  }
  return file;
}

std::string checkpoint_name(std::int64_t step) {
  return fmt::format("{}{}{}", kNamePrefix, step, kNameSuffix);
}

std::optional<std::int64_t> checkpoint_step(const std::string& name) {
  std::int64_t step = 0;
  if (name.size() <= kNamePrefix.size()) {
    return std::nullopt;
  }
  std::from_chars(name.data() + kNamePrefix.size(), name.data() + name.size(), step);
  // Only names we give ourselves: no leading zeros, no sign, nothing behind.
  return step >= 0 && name == checkpoint_name(step) ? std::optional(step) : std::nullopt;
}

std::vector<CheckpointEntry> list_checkpoints(FileSystem& files, const std::string& directory) {
  std::vector<CheckpointEntry> checkpoints;
  for (const DirectoryEntry& entry : list_directory(files, directory)) {
    const std::optional<std::int64_t> step = checkpoint_step(entry.name);
    if (entry.regular_file && step) {
      checkpoints.push_back({*step, entry.name});
    }
  }
  std::ranges::sort(checkpoints, std::ranges::greater{}, &CheckpointEntry::step);
  return checkpoints;
}

}  // namespace lockstep
