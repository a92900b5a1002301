/// The bytes of a file in order, plain or out of gzip, bzip2, xz or zstd.
#pragma once

#include "data/input_file.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lockstep {

/// Whether a file that begins so is expanded.
bool is_expanded(std::string_view head);

/// A name without ".gz", ".bz2", ".xz", ".zst" or ".zstd" at its end.
std::string without_compression_ending(const std::string& name);

/// One way to expand a file.
class Expander {
 public:
  virtual ~Expander() = default;

  /// Fills `bytes` as far as it can and returns how many it could; fewer at the end, or where there is damage().
  virtual std::int64_t expand(std::span<std::byte> bytes) = 0;
  virtual std::int64_t consumed() const = 0;  ///< compressed bytes so far

  const std::string& damage() const { return damage_; }

 protected:
  std::string damage_;
};

/// Reads a file from its begin on. A compressed file (by its signature) is expanded, all members and streams of it, its
/// checksums verified.
class ByteStream {
 public:
  explicit ByteStream(const InputFile& file);

  bool is_compressed() const { return expander_ != nullptr; }

  /// The most bytes the file can hold: its size, or 1032 times its size in gzip, the limit of deflate; others have
  /// none.
  std::int64_t most_bytes() const;

  /// Fills `bytes` as far as it can and returns how many it could: fewer at the end of the file, and where
  /// the compressed data are damaged, which is an end with a reason. Throws what InputFile::read throws.
  std::int64_t read(std::span<std::byte> bytes);

  /// Moves on by `count` bytes; returns how many there were.
  std::int64_t skip(std::int64_t count);

  /// Bytes of the file so far, compressed ones where it is compressed.
  std::int64_t consumed() const;

  /// What is wrong with the compressed data behind the last byte that could be read; empty: nothing so far.
  std::string damage() const { return is_compressed() ? expander_->damage() : std::string(); }

 private:
  const InputFile& file_;
  std::int64_t offset_ = 0;  // in a plain file, of the next byte to be read
  std::int64_t most_bytes_;
  std::unique_ptr<Expander> expander_;
};

}  // namespace lockstep
