#include "data/held_bytes.h"

#include "base/interrupt.h"
#include "lockstep/base/errors.h"

#include <algorithm>

namespace lockstep {

namespace {

constexpr std::int64_t kBlockBytes = std::int64_t{1} << 20;

}  // namespace

void HeldBytes::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::int64_t at = size_ % kBlockBytes;
    if (at == 0) {
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(static_cast<std::size_t>(kBlockBytes)));
    }
    const std::int64_t count = std::min(kBlockBytes - at, std::ssize(bytes));
    std::copy_n(bytes.data(), count, blocks_.back().get() + at);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    size_ += count;
  }
}

void HeldBytes::read(std::int64_t offset, std::span<char> bytes) const {
  while (!bytes.empty()) {
    const std::int64_t at = offset % kBlockBytes;
    const std::int64_t count = std::min(kBlockBytes - at, std::ssize(bytes));
    std::copy_n(blocks_[static_cast<std::size_t>(offset / kBlockBytes)].get() + at, count, bytes.data());
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += count;
  }
}

HeldFile::HeldFile(const std::string& name, std::int64_t size, const HeldBytes& bytes)
    : InputFile({FilePart{name, {0, size}}}), bytes_(bytes) {}

void HeldFile::read(std::int64_t offset, std::span<char> bytes) const {
  heed_interrupt("reading data");
  if (offset + std::ssize(bytes) > bytes_.size()) {
    throw InternalError(path() + ": bytes are asked for that this rank has not");
  }
  bytes_.read(offset, bytes);
}

}  // namespace lockstep
