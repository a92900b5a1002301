/// One shared text file, read by any number of ranks in shares of whole lines, without a word between them.
///
/// The body of a file (what follows the header) is len bytes. Rank r of P owns the lines that begin in bytes
/// [r·len/P, (r+1)·len/P) of it, so every line has exactly one owner. A rank parses its share alone and
/// counts its lines; line numbers become global only afterwards, when the ranks agree on the first error.
#pragma once

#include "comm/summation_tree.h"
#include "lockstep/comm/communicator.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lockstep {

/// Owner of a file descriptor open for reading. Not for HDF5.
class InputFile {
 public:
  /// Throws SystemError when `path` is missing or a folder (66) or not permitted (77), DataError for a pipe
  /// or device.
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  std::int64_t size() const { return size_; }  ///< at the time of opening

  /// Reads exactly bytes.size() bytes at `offset`. Throws SystemError, DataError when the file has become shorter, or
  /// Interrupted.
  void read(std::int64_t offset, std::span<char> bytes) const;

  /// The first `length` bytes, fewer when the file is shorter.
  std::string head(std::int64_t length) const;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
};

/// Where the lines of data stand in a file.
struct TextBody {
  std::int64_t begin = 0;         ///< a line begins here
  std::int64_t end = 0;           ///< end of the file
  std::int64_t lines_before = 0;  ///< lines above `begin`
  std::int64_t head_bytes = 0;    ///< > 0: only the lines that begin in so many bytes are shared out

  std::int64_t bytes() const { return end - begin; }
  bool is_cut() const { return head_bytes > 0 && head_bytes < bytes(); }
  Run share(int rank, int ranks) const;
  /// Bytes of the whole over the `read_bytes` of its head; 0 where nothing is cut off, or read.
  double whole_over_head(std::int64_t read_bytes) const;
};

/// A file without its byte order mark (UTF-8 BOM), if it has one.
TextBody whole_text(const InputFile& file);

/// Iterates over the lines that begin in a share, reading ahead by about a megabyte. Memory: the longest
/// line.
class LineReader {
 public:
  LineReader(const InputFile& file, const TextBody& body, Run share);

  /// The next line without its line end (LF or CRLF), valid until the next call; false after the last. Throws
  /// ContentError for a NUL byte and for a line longer than 256 MiB, and what InputFile::read throws.
  bool next(std::string_view& line);

  std::int64_t lines() const { return lines_; }                       ///< lines begun, also one that failed
  std::int64_t offset() const { return buffer_offset_ + position_; }  ///< file offset of the next line

 private:
  void skip_foreign_line();
  void fill();
  std::int64_t find_line_end(std::int64_t from) const;

  const InputFile& file_;
  Run share_;
  std::int64_t file_end_;
  std::unique_ptr<char[]> buffer_;
  std::int64_t capacity_ = 0;
  std::int64_t buffer_offset_;  // file offset of buffer_[0]
  std::int64_t position_ = 0;   // next line within the buffer
  std::int64_t filled_ = 0;
  std::int64_t lines_ = 0;
};

/// Calls `parse_line` for every line of this rank's share. Collective. Throws the same error on every rank:
/// DataError at FILE:LINE:COLUMN for the ContentError that comes first in the file, whatever the number of
/// ranks.
void parse_share(Communicator& comm, const InputFile& file, const TextBody& body,
                 const std::function<void(std::string_view line)>& parse_line);

}  // namespace lockstep
