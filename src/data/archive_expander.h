/// bzip2, xz and zstd, by libarchive.
#pragma once

#include "data/byte_stream.h"

#include <exception>
#include <vector>

struct archive;

namespace lockstep {

class ArchiveExpander final : public Expander {
 public:
  explicit ArchiveExpander(const InputFile& file);

  std::int64_t expand(std::span<std::byte> bytes) override;
  std::int64_t consumed() const override { return offset_; }

 private:
  struct Release {
    void operator()(archive* reader) const;
  };

  static long read_on(archive* reader, void* self, const void** buffer);
  void check(long status, const char* call);

  const InputFile& file_;
  std::int64_t offset_ = 0;  // in the file, of the next byte to be read
  std::vector<char> input_;
  std::exception_ptr failure_;  // of reading, which C code must not see
  std::unique_ptr<archive, Release> reader_;
  bool is_at_end_ = false;
};

}  // namespace lockstep
