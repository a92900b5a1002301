/// The lines of a text, and its records, which may hold lines in quotes.
#pragma once

#include "data/input_file.h"
#include "data/quote_scanner.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lockstep {

/// Iterates over the records that begin in a share, reading ahead by about a megabyte. Memory: the longest record.
///
/// A share that begins amid a line is taken to begin outside quotes: its first record is behind the next line end.
/// Whether that is right shows where the reader of the share before ends.
class LineReader {
 public:
  /// Records end at line ends outside quotes where there are `delimiters`, else at every line end.
  LineReader(const InputFile& file, const TextBody& body, Run share, std::string_view delimiters = {});
  LineReader(const InputFile& file, const TextShare& share, std::string_view delimiters);

  /// Lines that begin with # are records, whatever quotes they hold.
  void expect_comments() { has_comments_ = true; }
  /// From here on these delimit fields, and comments are over.
  void begin_rows(std::string_view delimiters) {
    scanner_ = QuoteScanner(delimiters);
    has_comments_ = false;
  }

  /// The next record without its line end (LF or CRLF), valid until the next call; false after the last. A quote that
  /// its file does not close leaves it in the record. Throws ContentError for a NUL byte, for a line and for a quoted
  /// field that is longer than 256 MiB, and what InputFile::read throws.
  bool next(std::string_view& record);

  std::int64_t lines() const { return first_line_; }       ///< the number of the record's first line in the share
  std::int64_t lines_read() const { return lines_read_; }  ///< of the records so far
  std::int64_t offset() const { return buffer_offset_ + position_; }  ///< of the next record

 private:
  void skip_foreign_line();
  void fill();
  std::int64_t find_line_end(std::int64_t from) const;
  std::int64_t find_record_end();
  [[noreturn]] void refuse_length() const;

  const InputFile& file_;
  Run share_;
  std::int64_t read_end_;
  QuoteScanner scanner_;
  bool has_comments_ = false;
  std::unique_ptr<char[]> buffer_;
  std::int64_t capacity_ = 0;
  std::int64_t buffer_offset_;  // file offset of buffer_[0]
  std::int64_t position_ = 0;   // next record within the buffer
  std::int64_t filled_ = 0;
  std::int64_t first_line_ = 0;
  std::int64_t lines_read_ = 0;
};

/// The first line that is a row; empty where there is none, or it cannot be read, which the ordinary pass reports.
std::string first_row(const InputFile& file, const TextBody& body, bool (*is_row)(std::string_view line));

}  // namespace lockstep
