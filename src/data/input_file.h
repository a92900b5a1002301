/// A data file open for reading, or several that are read as one.
#pragma once

#include "comm/summation_tree.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

class Communicator;
struct TextBody;

/// A run of the bytes that comes out of one file, which no record leaves.
struct FilePart {
  std::string path;               ///< as messages have it
  Run bytes;                      ///< offsets
  std::int64_t lines_before = 0;  ///< lines of the file above these bytes
};

/// What a rank reads of a text: the records that begin in `bytes`.
struct TextShare {
  Run bytes;
  bool begins_record = false;  ///< a record begins at the first byte; else it is taken to begin amid one
  std::int64_t read_end = 0;   ///< bytes from here on are out of reach
};

/// Owner of a file descriptor open for reading. Not for HDF5.
class InputFile {
 public:
  /// Throws SystemError when `path` is missing or a folder (66) or not permitted (77), DataError for a pipe
  /// or device.
  explicit InputFile(const std::string& path);
  virtual ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }  ///< of the first file, where there are more
  std::int64_t size() const { return size_; }        ///< at the time of opening

  /// Reads exactly bytes.size() bytes at `offset`. From any thread. Throws SystemError, DataError when the file has
  /// become shorter, or Interrupted.
  virtual void read(std::int64_t offset, std::span<char> bytes) const;

  /// The first `length` bytes, fewer when the file is shorter.
  std::string head(std::int64_t length) const;

  /// The files, one after the other; at least one.
  std::span<const FilePart> parts() const { return parts_; }
  /// The number of the one that the byte at `offset` is of; of the last one, behind them all.
  std::size_t part_at(std::int64_t offset) const;

  /// This rank's share of the body, for records whose fields may be quoted where there are `delimiters`. Collective.
  virtual TextShare share_out(const TextBody& body, std::string_view delimiters, Communicator& comm);

 protected:
  explicit InputFile(std::vector<FilePart> parts);
  void set_parts(std::vector<FilePart> parts);

 private:
  std::string path_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
  std::vector<FilePart> parts_;
};

}  // namespace lockstep
