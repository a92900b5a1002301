/// Bytes of a known number that are read from a place on: a part of a file as it is, or unpacked (zip_archive.h).
#pragma once

#include "data/text_share.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace lockstep {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  virtual std::int64_t size() const = 0;
  /// Reading starts anew from the first byte where it goes back.
  virtual bool is_sequential() const = 0;
  /// Reads exactly bytes.size() bytes at `offset`, which are within size(). Throws DataError where they are damaged,
  /// and what InputFile::read throws.
  virtual void read(std::int64_t offset, std::span<std::byte> bytes) = 0;
};

/// `size` bytes of a file, which outlives it, from `begin` on; these are there.
class FileBytes final : public ByteSource {
 public:
  FileBytes(const InputFile& file, std::int64_t begin, std::int64_t size) : file_(file), begin_(begin), size_(size) {}

  std::int64_t size() const override { return size_; }
  bool is_sequential() const override { return false; }
  void read(std::int64_t offset, std::span<std::byte> bytes) override {
    file_.read(begin_ + offset, {reinterpret_cast<char*>(bytes.data()), bytes.size()});
  }

 private:
  const InputFile& file_;
  std::int64_t begin_;
  std::int64_t size_;
};

}  // namespace lockstep
