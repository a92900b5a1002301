/// One shared text, read by any number of ranks in shares of whole records, without a word between them.
///
/// The body of a text (what follows the header) is len bytes. Rank r of P owns the records that begin in bytes
/// [r·len/P, (r+1)·len/P) of it, so every record has exactly one owner. A rank parses its share alone and
/// counts its lines; line numbers become global only afterwards, when the ranks agree on the first error.
#pragma once

#include "comm/summation_tree.h"
#include "data/input_file.h"
#include "data/line_reader.h"

#include <cstdint>

namespace lockstep {

/// Where the lines of data stand in a text.
struct TextBody {
  std::int64_t begin = 0;         ///< a line begins here
  std::int64_t end = 0;           ///< end of the text
  std::int64_t lines_before = 0;  ///< lines above `begin`
  std::int64_t head_bytes = 0;    ///< > 0: only the lines that begin in so many bytes are shared out

  std::int64_t bytes() const { return end - begin; }
  bool is_cut() const { return head_bytes > 0 && head_bytes < bytes(); }
  Run shared() const { return {begin, begin + (is_cut() ? head_bytes : bytes())}; }
  Run share(int rank, int ranks) const;
  /// Bytes of the whole over the `read_bytes` of its head; 0 where nothing is cut off, or read.
  double whole_over_head(std::int64_t read_bytes) const;
};

/// A text without its byte order mark (UTF-8 BOM), if it has one.
TextBody whole_text(const InputFile& file);

}  // namespace lockstep
