/// The bytes of a binary file in order, plain or out of gzip.
#pragma once

#include "data/text_share.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

struct z_stream_s;

namespace lockstep {

/// Reads a file from its begin on. A gzip file (by its signature) is expanded, member after member, its
/// checksums verified. (zlib's gzread would do, but takes whatever follows the last member for nothing.)
class ByteStream {
 public:
  explicit ByteStream(const InputFile& file);

  bool is_compressed() const { return inflater_ != nullptr; }

  /// The most bytes the file can hold: its size, or 1032 times its size in gzip, the limit of deflate.
  std::int64_t most_bytes() const;

  /// Fills `bytes` as far as it can and returns how many it could: fewer at the end of the file, and where
  /// the compressed data are damaged, which is an end with a reason. Throws what InputFile::read throws.
  std::int64_t read(std::span<std::byte> bytes);

  /// Moves on by `count` bytes; returns how many there were.
  std::int64_t skip(std::int64_t count);

  /// What is wrong with the compressed data behind the last byte that could be read; empty: nothing so far.
  const std::string& damage() const { return damage_; }

 private:
  struct Release {
    void operator()(z_stream_s* stream) const;
  };

  std::int64_t expand(std::span<std::byte> bytes);
  bool refill();

  const InputFile& file_;
  std::int64_t offset_ = 0;  // in the file, of the next byte to be read
  std::unique_ptr<z_stream_s, Release> inflater_;
  std::unique_ptr<std::byte[]> input_;  // compressed bytes read ahead
  bool between_members_ = true;
  std::string damage_;
};

}  // namespace lockstep
