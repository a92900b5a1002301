#include "data/text_parser.h"

#include "comm/agreement.h"
#include "data/part_rows.h"
#include "data/quoted_shares.h"
#include "data/text_error.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

namespace lockstep {

namespace {

/// Text that a thread parses at a time.
constexpr std::int64_t kPartBytes = std::int64_t{1} << 21;
/// Of the numbers of a part against its text: two bytes a number at least, and what a call of the sink takes.
constexpr std::int64_t kRowsOverText = 6;

/// Where a record is bad: line and byte of the line, both from 1; column 0: the line.
struct BadRecord {
  std::int64_t line = 0;  ///< from the begin of the part
  std::int64_t column = 0;
  std::string text;
};

/// The place in the record that the byte `column` has in its line.
BadRecord place_in_lines(std::string_view record, std::int64_t first_line, const ContentError& error) {
  const auto bytes =
      std::min<std::size_t>(static_cast<std::size_t>(std::max<std::int64_t>(0, error.column() - 1)), record.size());
  const std::string_view above = record.substr(0, bytes);
  const std::size_t line_end = above.rfind('\n');
  const bool is_first = line_end == std::string_view::npos;
  return {first_line + std::ranges::count(above, '\n'),
          is_first ? error.column() : error.column() - static_cast<std::int64_t>(line_end) - 1, error.what()};
}

/// A part of a share, of one file.
struct Part {
  TextShare share;
  std::size_t file = 0;
};

/// What a thread made of a part.
struct ParsedPart {
  PartRows rows;
  std::unique_ptr<RecordParser> parser;
  std::int64_t begin = -1;  ///< of the first record; −1: none begins here
  std::int64_t end = -1;    ///< behind the last record
  std::int64_t lines = 0;   ///< of its records
  std::optional<BadRecord> bad;
  std::exception_ptr failure;  ///< that no record is to blame for
};

/// What a rank says of its share.
struct ShareReport {
  std::int64_t begin = -1;
  std::int64_t end = -1;
  std::int64_t share_end = 0;
  std::int64_t file = -1;  ///< of the bad record; −1: none
  std::int64_t line = 0;   ///< from the begin of the share, or of the file
  std::int64_t column = 0;
};

class ShareParser {
 public:
  ShareParser(InputFile& file, const TextRules& rules, RowSink& sink, const MakeParser& make_parser)
      : file_(file), rules_(rules), sink_(sink), make_parser_(make_parser), lines_(file.parts().size()) {}

  /// Not Collective. Throws what no record is to blame for.
  void parse(const TextShare& share) {
    report_.share_end = share.bytes.end;
    share_ = share.bytes;
    const std::vector<Part> parts = parts_of(share);
    const auto count = std::ssize(parts);
    const int threads = static_cast<int>(std::clamp<std::int64_t>(count, 1, rules_.threads));
    std::exception_ptr failure;
#pragma omp parallel num_threads(threads)
    {
      ParsedPart mine;
#pragma omp for ordered schedule(dynamic, 1)
      for (std::int64_t i = 0; i < count; ++i) {
        const Part& part = parts[static_cast<std::size_t>(i)];
        if (!is_over_) {
          parse_part(part.share, mine);
        }
#pragma omp ordered
        {
          try {
            if (!is_over_) {
              drain(part, mine);
            }
          } catch (...) {
            failure = std::current_exception();
            is_over_ = true;
          }
        }
      }
    }
    if (failure) {
      std::rethrow_exception(failure);
    }
  }

  const ShareReport& report() const {
    return report_;
  }
  const std::string& error() const {
    return error_;
  }
  std::int64_t lines_of(std::int64_t file) const {
    return lines_[static_cast<std::size_t>(file)];
  }

 private:
  std::vector<Part> parts_of(const TextShare& share) const {
    std::vector<Part> parts;
    for (std::size_t i = file_.part_at(share.bytes.begin); i < file_.parts().size(); ++i) {
      const Run& whole = file_.parts()[i].bytes;
      if (whole.begin >= share.bytes.end) {
        break;
      }
      const Run bytes = {std::max(share.bytes.begin, whole.begin), std::min(share.bytes.end, whole.end)};
      const std::int64_t count = (bytes.end - bytes.begin + kPartBytes - 1) / kPartBytes;
      for (std::int64_t k = 0; k < count; ++k) {
        const Run run = {bytes.begin + k * kPartBytes, std::min(bytes.begin + (k + 1) * kPartBytes, bytes.end)};
        const bool begins_record = run.begin == share.bytes.begin ? share.begins_record : run.begin == whole.begin;
        parts.push_back({{run, begins_record, share.read_end}, i});
      }
    }
    return parts;
  }

  /// Never throws: an error counts when the part's turn comes.
  void parse_part(const TextShare& share, ParsedPart& to) const {
    to.rows.clear();
    parse_into(share, to, to.rows);
  }

  void parse_into(const TextShare& share, ParsedPart& to, RowSink& sink) const {
    to.begin = to.end = -1;
    to.lines = 0;
    to.bad.reset();
    to.failure = nullptr;
    try {
      LineReader reader(file_, share, rules_.delimiters);
      to.parser = make_parser_(share.bytes.size(), sink);
      std::string_view record;
      try {
        to.begin = reader.offset() < share.bytes.end ? reader.offset() : -1;
        while (reader.next(record)) {
          to.parser->add(record);
          record = {};
        }
        to.end = reader.offset();
      } catch (const ContentError& error) {
        to.bad = place_in_lines(record, reader.lines(), error);
      }
      to.lines = reader.lines_read();
    } catch (...) {
      to.failure = std::current_exception();
    }
  }

  /// In the order of the parts.
  void drain(const Part& part, ParsedPart& parsed) {
    if (parsed.failure) {
      std::rethrow_exception(parsed.failure);
    }
    if (is_misjudged(part, parsed)) {
      if (report_.end >= part.share.bytes.end) {  // a record of an earlier part covers it
        return;
      }
      const Run rest = {report_.end, part.share.bytes.end};
      parse_part({rest, true, part.share.read_end}, parsed);
      if (parsed.failure) {
        std::rethrow_exception(parsed.failure);
      }
    }
    if (parsed.begin < 0) {
      return;
    }
    report_.begin = report_.begin < 0 ? parsed.begin : report_.begin;
    push(part, parsed);
    if (parsed.bad) {
      report_.file = static_cast<std::int64_t>(part.file);
      report_.line = lines_[part.file] + parsed.bad->line;
      report_.column = parsed.bad->column;
      error_ = parsed.bad->text;
      is_over_ = true;
      return;
    }
    parsed.parser->finish();
    lines_[part.file] += parsed.lines;
    report_.end = parsed.end;
  }

  /// The part was taken to begin outside quotes, and did not.
  bool is_misjudged(const Part& part, const ParsedPart& parsed) const {
    if (report_.end < 0) {
      return false;
    }
    return parsed.begin < 0 ? report_.end < part.share.bytes.end : parsed.begin != report_.end;
  }

  /// Hands the rows to the sink. A value that this refuses is parsed again, to find its place.
  void push(const Part& part, ParsedPart& parsed) {
    if (!has_reserved_) {
      reserve(parsed);
    }
    try {
      parsed.rows.replay(sink_);
    } catch (const ContentError& error) {
      OneRow row(parsed.rows.replayed(), sink_);
      ParsedPart again;
      parse_into({{parsed.begin, part.share.bytes.end}, true, part.share.read_end}, again, row);
      if (!again.bad) {
        throw InternalError(std::string("a value is refused once only: ") + error.what());
      }
      parsed.bad = again.bad;
    }
  }

  /// One reservation from the average row of the first part: growth by doubling would hold up to three times the data.
  void reserve(const ParsedPart& parsed) {
    constexpr double kMargin = 1.02;
    const std::int64_t bytes = parsed.end - parsed.begin;
    if (parsed.bad || bytes <= 0) {
      return;
    }
    has_reserved_ = true;
    const bool is_whole = parsed.end >= share_.end;
    const double factor = is_whole ? 1 : kMargin * static_cast<double>(share_.size()) / static_cast<double>(bytes);
    const auto all = [&](Index count) { return static_cast<Index>(factor * static_cast<double>(count)); };
    sink_.reserve(all(parsed.rows.rows()), all(parsed.rows.values()));
  }

  InputFile& file_;
  const TextRules& rules_;
  RowSink& sink_;
  const MakeParser& make_parser_;
  Run share_{};
  std::vector<std::int64_t> lines_;  // of the share, by file
  ShareReport report_;
  std::string error_;
  bool has_reserved_ = false;
  std::atomic<bool> is_over_ = false;
};

/// Throws on every rank for the first bad record. The ranks before it parsed their whole shares, so that their counts
/// give its line.
void require_good(Communicator& comm, const InputFile& file, const TextBody& body, const ShareParser& mine) {
  const std::vector<ShareReport> reports = all_gather_value(comm, mine.report());
  std::int64_t expected = body.begin;
  for (int rank = 0; rank < comm.size(); ++rank) {
    const ShareReport& report = reports[static_cast<std::size_t>(rank)];
    const bool is_as_taken = report.begin < 0 ? expected >= report.share_end : report.begin == expected;
    if (!is_as_taken) {
      throw Agreed<QuotedShare>();
    }
    if (report.file >= 0) {
      const FilePart& part = file.parts()[static_cast<std::size_t>(report.file)];
      std::int64_t line = report.file == 0 ? body.lines_before : part.lines_before;
      const auto lines = all_gather_value(comm, mine.lines_of(report.file));
      for (int before = 0; before < rank; ++before) {
        line += lines[static_cast<std::size_t>(before)];
      }
      std::string text = mine.error();
      broadcast_text(comm, text, rank);
      throw Agreed<DataError>({part.path, line + report.line, report.column}, text);
    }
    expected = report.begin < 0 ? expected : report.end;
  }
}

}  // namespace

std::int64_t parsing_bytes(std::int64_t bytes, int threads) {
  return std::min(bytes, threads * kPartBytes) * (1 + kRowsOverText);
}

std::int64_t parse_text(Communicator& comm, InputFile& file, const TextBody& body, const TextRules& rules,
                        RowSink& sink, const MakeParser& make_parser) {
  TextShare share = file.share_out(body, rules.delimiters, comm);
  if (rules.are_shares_quoted) {
    share = quoted_share(comm, file, share, rules.delimiters);
  }
  ShareParser parser(file, rules, sink, make_parser);
  agree(comm, [&] { parser.parse(share); });
  require_good(comm, file, body, parser);
  return std::max<std::int64_t>(0, parser.report().end - parser.report().begin);
}

}  // namespace lockstep
