/// A file that comes to stand under its name only when it is whole and durable. Until then it has a temporary name
/// beside it, and goes with its owner.
#pragma once

#include "io/file_system.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace lockstep {

/// Prefix of the names of files that are being written.
inline constexpr const char* kTemporaryPrefix = ".tmp-";

/// Throws SystemError for a failed step of writing a file: a full disk and a broken device are failed writing (74), a
/// folder that is gone or no folder cannot hold output (73).
[[noreturn]] void throw_write_error(const std::string& path, const char* action, IoResult result);

/// `files` outlives it. All members throw SystemError naming the file's name to come.
class TemporaryFile {
 public:
  /// A new file for DIRECTORY/NAME; a symbolic link at NAME is replaced in the end, not followed.
  TemporaryFile(FileSystem& files, const std::string& directory, const std::string& name);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }  ///< its name to come
  std::int64_t bytes() const { return end_; }        ///< its length

  // All bytes, whatever the system takes or gives at a time. The memory that the system keeps of a long file is let go
  // as it grows: nobody will read it soon, and fresh memory for all of it takes longer than all the rest.
  void append(std::span<const std::byte> bytes) { write_at(end_, bytes); }
  void write_at(std::int64_t offset, std::span<const std::byte> bytes);
  /// Zeros beyond the end.
  void read_at(std::int64_t offset, std::span<std::byte> bytes) const;
  void truncate(std::int64_t bytes);

  /// fsync. False where a signal interrupted it: it is never repeated on the same file, whose dirty pages the kernel
  /// may have dropped.
  bool sync();
  void close();
  /// Descriptor of the closed file, to read it back. Its owner closes it.
  int open_to_read() const;
  /// Renames it, and syncs the folder.
  void place();
  /// All three, of a file that is not read back. Throws where a signal interrupted fsync, too: such a file is given up.
  void commit();

 private:
  void create();
  void require(IoResult result, const char* action) const;

  FileSystem& files_;
  FileDescriptor folder_;
  std::string path_;
  std::string name_;
  std::string temporary_;
  std::optional<FileDescriptor> file_;
  bool exists_ = false;
  std::int64_t end_ = 0;
  std::int64_t released_ = 0;
};

}  // namespace lockstep
