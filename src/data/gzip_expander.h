/// gzip, member after member. (zlib's gzread would do, but takes whatever follows the last member for nothing; so does
/// libarchive, which does not verify the checksums either.)
#pragma once

#include "data/byte_stream.h"

struct z_stream_s;

namespace lockstep {

class GzipExpander final : public Expander {
 public:
  explicit GzipExpander(const InputFile& file);

  std::int64_t expand(std::span<std::byte> bytes) override;
  std::int64_t consumed() const override { return offset_; }

 private:
  struct Release {
    void operator()(z_stream_s* stream) const;
  };

  bool refill();

  const InputFile& file_;
  std::int64_t offset_ = 0;  // in the file, of the next byte to be read
  std::unique_ptr<z_stream_s, Release> inflater_;
  std::unique_ptr<std::byte[]> input_;  // compressed bytes read ahead
  bool between_members_ = true;
};

}  // namespace lockstep
