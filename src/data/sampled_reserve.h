/// One reservation of memory for a share of text, from its first rows: growth by doubling would hold up to three times
/// the data.
#pragma once

#include "data/row_sink.h"

#include <cstdint>

namespace lockstep {

class SampledReserve {
 public:
  explicit SampledReserve(std::int64_t share_bytes) : share_bytes_(share_bytes) {}

  void add_bytes(std::int64_t bytes) { bytes_ += bytes; }

  /// A row of so many entries, which `sink` has.
  void add_row(std::int64_t entries, RowSink& sink) {
    entries_ += entries;
    if (++rows_ == kSampleRows) {
      sink.reserve(in_share(rows_), in_share(entries_));
    }
  }

 private:
  static constexpr std::int64_t kSampleRows = 256;

  std::int64_t in_share(std::int64_t sampled) const {
    const double share_over_sample = 1.02 * static_cast<double>(share_bytes_) / static_cast<double>(bytes_);
    return static_cast<std::int64_t>(share_over_sample * static_cast<double>(sampled)) + sampled;
  }

  std::int64_t share_bytes_;
  std::int64_t bytes_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t entries_ = 0;
};

}  // namespace lockstep
