#include "data/inflated_bytes.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <new>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18;

}  // namespace

InflatedBytes::InflatedBytes(const FileBytes& packed, std::int64_t size, std::uint32_t checksum, std::string place)
    : packed_(packed), size_(size), wanted_checksum_(checksum), place_(std::move(place)), input_(kPiece) {
  const int status = inflateInit2(&stream_, -MAX_WBITS);
  if (status == Z_MEM_ERROR) {
    throw std::bad_alloc();
  }
  if (status != Z_OK) {
    throw InternalError(fmt::format("{}: inflateInit2 failed with {}", place_, status));
  }
}

InflatedBytes::~InflatedBytes() {
  inflateEnd(&stream_);
}

void InflatedBytes::read(std::int64_t offset, std::span<std::byte> bytes) {
  if (offset < position_) {
    restart();
  }
  std::vector<std::byte> skipped(std::min(kPiece, static_cast<std::size_t>(offset - position_)));
  while (position_ < offset) {
    inflate_to(std::span(skipped).first(std::min(skipped.size(), static_cast<std::size_t>(offset - position_))));
  }
  inflate_to(bytes);
  if (position_ == size_ && !is_checked_) {
    check_end();
  }
}

void InflatedBytes::restart() {
  inflateReset(&stream_);
  stream_.avail_in = 0;
  taken_ = 0;
  position_ = 0;
  checksum_ = 0;
  is_at_end_ = is_checked_ = false;
}

void InflatedBytes::inflate_to(std::span<std::byte> out) {
  while (!out.empty()) {
    if (is_at_end_) {
      fail(fmt::format("hold {} bytes of the {} that are promised", position_, size_));
    }
    const std::size_t got = inflate_some(out.first(std::min(out.size(), kPiece)));
    checksum_ = crc32(checksum_, reinterpret_cast<const Bytef*>(out.data()), static_cast<uInt>(got));
    position_ += static_cast<std::int64_t>(got);
    out = out.subspan(got);
  }
}

/// One step: returns how many bytes came out. Throws where no more can come.
std::size_t InflatedBytes::inflate_some(std::span<std::byte> out) {
  if (stream_.avail_in == 0) {
    const std::int64_t count = std::min(std::ssize(input_), packed_.size() - taken_);
    packed_.read(taken_, std::span(input_).first(static_cast<std::size_t>(count)));
    taken_ += count;
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(count);
  }
  const bool is_last = stream_.avail_in == 0;
  stream_.next_out = reinterpret_cast<Bytef*>(out.data());
  stream_.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream_, Z_NO_FLUSH);
  if (status == Z_MEM_ERROR) {
    throw std::bad_alloc();
  }
  if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
    fail(fmt::format("are damaged ({})", stream_.msg == nullptr ? "a preset dictionary" : stream_.msg));
  }
  const std::size_t got = out.size() - stream_.avail_out;
  is_at_end_ = status == Z_STREAM_END;
  if (got == 0 && !is_at_end_ && is_last) {
    fail("end too early");
  }
  return got;
}

void InflatedBytes::check_end() {
  std::byte more;
  while (!is_at_end_) {
    if (inflate_some({&more, 1}) > 0) {
      fail(fmt::format("hold more than the {} bytes that are promised", size_));
    }
  }
  if (stream_.avail_in > 0 || taken_ < packed_.size()) {
    fail("end before the member does");
  }
  if (checksum_ != wanted_checksum_) {
    fail("are damaged (their checksum differs)");
  }
  is_checked_ = true;
}

void InflatedBytes::fail(const std::string& what) const {
  throw DataError(place_ + ": the compressed data " + what);
}

}  // namespace lockstep
