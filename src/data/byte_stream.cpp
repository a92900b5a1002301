#include "data/byte_stream.h"

#include "data/archive_expander.h"
#include "data/foreign_format.h"
#include "data/gzip_expander.h"

#include <algorithm>
#include <array>
#include <limits>

namespace lockstep {

namespace {

constexpr std::int64_t kPiece = std::int64_t{1} << 16;
/// A deflate block codes at most 258 bytes in 2 bits.
constexpr std::int64_t kMostExpansion = 1032;
constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSignature = 16;

}  // namespace

bool is_expanded(std::string_view head) {
  const std::string_view compression = compression_of(head);
  return compression == "gzip" || compression == "bzip2" || compression == "xz" || compression == "zstd";
}

std::string without_compression_ending(const std::string& name) {
  for (const std::string_view ending : {".gz", ".bz2", ".xz", ".zst", ".zstd"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) {
      return name.substr(0, name.size() - ending.size());
    }
  }
  return name;
}

ByteStream::ByteStream(const InputFile& file) : file_(file), most_bytes_(file.size()) {
  const std::string head = file.head(kSignature);
  if (!is_expanded(head)) {
    return;
  }
  if (compression_of(head) == "gzip") {
    expander_ = std::make_unique<GzipExpander>(file);
    most_bytes_ = file.size() <= kNoLimit / kMostExpansion ? file.size() * kMostExpansion : kNoLimit;
  } else {
    expander_ = std::make_unique<ArchiveExpander>(file);
    most_bytes_ = kNoLimit;
  }
}

std::int64_t ByteStream::most_bytes() const {
  return most_bytes_;
}

std::int64_t ByteStream::consumed() const {
  return is_compressed() ? expander_->consumed() : offset_;
}

std::int64_t ByteStream::read(std::span<std::byte> bytes) {
  if (is_compressed()) {
    return expander_->expand(bytes);
  }
  const std::int64_t count = std::min(std::ssize(bytes), file_.size() - offset_);
  file_.read(offset_, {reinterpret_cast<char*>(bytes.data()), static_cast<std::size_t>(count)});
  offset_ += count;
  return count;
}

std::int64_t ByteStream::skip(std::int64_t count) {
  if (!is_compressed()) {
    count = std::min(count, file_.size() - offset_);
    offset_ += count;
    return count;
  }
  std::array<std::byte, kPiece> piece;
  std::int64_t skipped = 0;
  while (skipped < count) {
    const std::int64_t wanted = std::min(kPiece, count - skipped);
    const std::int64_t got = expander_->expand({piece.data(), static_cast<std::size_t>(wanted)});
    skipped += got;
    if (got < wanted) {
      break;
    }
  }
  return skipped;
}

}  // namespace lockstep
