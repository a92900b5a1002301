/// The bytes of a deflate stream, as a zip archive has them.
#pragma once

#include "data/byte_source.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <zlib.h>

namespace lockstep {

class InflatedBytes final : public ByteSource {
 public:
  /// `packed` holds `size` bytes of this CRC-32, and nothing else: compared once they are read to the end. `place` is
  /// it in messages.
  InflatedBytes(const FileBytes& packed, std::int64_t size, std::uint32_t checksum, std::string place);
  ~InflatedBytes() override;
  InflatedBytes(const InflatedBytes&) = delete;
  InflatedBytes& operator=(const InflatedBytes&) = delete;

  std::int64_t size() const override { return size_; }
  bool is_sequential() const override { return true; }
  void read(std::int64_t offset, std::span<std::byte> bytes) override;

 private:
  void restart();
  void inflate_to(std::span<std::byte> out);
  std::size_t inflate_some(std::span<std::byte> out);
  void check_end();
  [[noreturn]] void fail(const std::string& what) const;

  FileBytes packed_;
  std::int64_t size_;
  std::uint32_t wanted_checksum_;
  std::string place_;
  z_stream stream_{};
  std::vector<std::byte> input_;
  std::int64_t taken_ = 0;     // packed bytes
  std::int64_t position_ = 0;  // bytes that came out
  uLong checksum_ = 0;         // of these
  bool is_at_end_ = false;
  bool is_checked_ = false;
};

}  // namespace lockstep
