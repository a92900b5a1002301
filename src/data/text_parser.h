/// Text into rows, by all ranks and threads.
///
/// A rank cuts its share into parts; threads parse these, each into rows of its own, which go to the one sink in the
/// order of the file. So the sink sees the rows as one thread would have given them, and holds no second copy of them.
/// Shares and parts are taken to begin outside quotes. Where a part proves to begin within, it is parsed again from
/// where the one before ended; where a share does, the text is to be read again, with the true states of the quotes.
#pragma once

#include "data/row_sink.h"
#include "data/text_share.h"
#include "lockstep/base/errors.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace lockstep {

class Communicator;

/// Parses the records of one part.
class RecordParser {
 public:
  virtual ~RecordParser() = default;

  /// Pushes the record's row, if it is one, into the sink that the parser was made for. Throws ContentError, at a byte
  /// of the record.
  virtual void add(std::string_view record) = 0;

  /// The part counts; its rows are with the sink. One part after the other.
  virtual void finish() {}
};

/// A parser of `bytes` of text.
using MakeParser = std::function<std::unique_ptr<RecordParser>(std::int64_t bytes, RowSink& sink)>;

/// Thrown on every rank where the share of some rank begins within quotes.
class QuotedShare : public Error {
 public:
  QuotedShare() : Error(ExitCode::internal, "a share of the text begins within quotes") {}
};

struct TextRules {
  std::string delimiters = {};     ///< of fields that may be quoted; empty: records are lines
  int threads = 1;                 ///< of this rank
  bool are_shares_quoted = false;  ///< QuotedShare was thrown: the shares' states are found before they are parsed
};

/// Parses this rank's share of the body into the sink. Returns the bytes of its records. Collective. Throws the same
/// error on every rank: DataError at FILE:LINE:COLUMN for the ContentError that comes first in the text, whatever the
/// number of ranks and threads; QuotedShare.
std::int64_t parse_text(Communicator& comm, InputFile& file, const TextBody& body, const TextRules& rules,
                        RowSink& sink, const MakeParser& make_parser);

/// The most that threads hold of the parts of `bytes` of text, beside the rows that are with the sink.
std::int64_t parsing_bytes(std::int64_t bytes, int threads);

}  // namespace lockstep
