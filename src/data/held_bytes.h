/// Bytes in memory that come one after the other.
#pragma once

#include "data/input_file.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// Grows without moving what it holds.
class HeldBytes {
 public:
  std::int64_t size() const { return size_; }
  void append(std::string_view bytes);
  /// offset + bytes.size() <= size()
  void read(std::int64_t offset, std::span<char> bytes) const;

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::int64_t size_ = 0;
};

/// A file whose bytes, or the first of them, are in memory.
class HeldFile final : public InputFile {
 public:
  /// `name`: as messages have it. `bytes` may end before the file does, and outlive it.
  HeldFile(const std::string& name, std::int64_t size, const HeldBytes& bytes);

  /// Throws InternalError for bytes that are not there.
  void read(std::int64_t offset, std::span<char> bytes) const override;

 private:
  const HeldBytes& bytes_;
};

}  // namespace lockstep
