/// The one seam for file operations of durable writing: thin system calls, so that tests can fail, shorten or
/// kill at any of them.
#pragma once

#include "lockstep/base/errors.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// Result of one operation: ≥ 0, or −errno.
using IoResult = std::int64_t;

struct DirectoryEntry {
  std::string name;
  bool regular_file = false;  ///< false for symbolic links, whatever they point at
};

enum class Links { refuse, follow };

/// One system call a function; interruptions and short counts are the caller's. Directories are descriptors,
/// so that all names of one save are looked up in the same folder.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Descriptor of a directory.
  virtual IoResult open_directory(const std::string& path) = 0;
  /// Descriptor of a new file for writing and for read_at(); EEXIST when the name exists, be it a dangling link.
  virtual IoResult create_exclusive(int directory, const std::string& name) = 0;
  /// Descriptor of an existing regular file for reading. Links::refuse: ELOOP where the name is a symbolic
  /// link.
  virtual IoResult open_to_read(int directory, const std::string& name, Links links) = 0;
  /// Number of bytes written, perhaps fewer than given.
  virtual IoResult write(int file, std::span<const std::byte> bytes) = 0;
  /// Number of bytes read, perhaps fewer than asked for; 0 at the end.
  virtual IoResult read(int file, std::span<std::byte> bytes) = 0;
  // The same at a place of a file open for writing, wherever write() stands.
  virtual IoResult write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) = 0;
  virtual IoResult read_at(int file, std::int64_t offset, std::span<std::byte> bytes) = 0;
  /// Cuts a file open for writing to its first `bytes`, or adds zeros.
  virtual IoResult truncate(int file, std::int64_t bytes) = 0;
  /// Writes that part of a file out, where it is not, and lets go of the memory that holds it. Not durable yet. Where
  /// that cannot be asked for nothing is done.
  virtual IoResult release(int /*file*/, std::int64_t /*begin*/, std::int64_t /*bytes*/) { return 0; }
  virtual IoResult sync_file(int file) = 0;
  virtual IoResult sync_directory(int directory) = 0;
  virtual IoResult close(int descriptor) = 0;
  virtual IoResult rename(int directory, const std::string& from, const std::string& to) = 0;
  virtual IoResult unlink(int directory, const std::string& name) = 0;
  /// Entries but "." and "..", ascending by name.
  virtual IoResult list(int directory, std::vector<DirectoryEntry>& entries) = 0;
};

/// The machine's file system.
class PosixFileSystem : public FileSystem {
 public:
  IoResult open_directory(const std::string& path) override;
  IoResult create_exclusive(int directory, const std::string& name) override;
  IoResult open_to_read(int directory, const std::string& name, Links links) override;
  IoResult write(int file, std::span<const std::byte> bytes) override;
  IoResult read(int file, std::span<std::byte> bytes) override;
  IoResult write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) override;
  IoResult read_at(int file, std::int64_t offset, std::span<std::byte> bytes) override;
  IoResult truncate(int file, std::int64_t bytes) override;
  IoResult release(int file, std::int64_t begin, std::int64_t bytes) override;
  IoResult sync_file(int file) override;
  IoResult sync_directory(int directory) override;
  IoResult close(int descriptor) override;
  IoResult rename(int directory, const std::string& from, const std::string& to) override;
  IoResult unlink(int directory, const std::string& name) override;
  IoResult list(int directory, std::vector<DirectoryEntry>& entries) override;
};

/// Owner of a descriptor of a FileSystem.
class FileDescriptor {
 public:
  FileDescriptor(FileSystem& files, int descriptor) : files_(files), descriptor_(descriptor) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();
  int id() const { return descriptor_; }
  /// Closes now: the result tells of errors that a destructor cannot.
  IoResult close();

 private:
  FileSystem& files_;
  int descriptor_;
};

/// Repeats an operation that a signal interrupted (EINTR).
template <typename Operation>
IoResult uninterrupted(Operation operation) {
  IoResult result = -EINTR;
  while (result == -EINTR) {
    result = operation();
  }
  return result;
}

/// What stands under a path, links followed.
enum class PathKind { nothing, file, folder, other };

/// Throws SystemError where that cannot be told: a loop of links, a name too long, a folder that may not be searched.
PathKind kind_of_path(const std::string& path, SystemError::Purpose purpose);

/// Opens a directory. Throws SystemError (create_output).
int open_directory(FileSystem& files, const std::string& path);

/// Entries of a directory, ascending by name. Throws SystemError (read_input).
std::vector<DirectoryEntry> list_directory(FileSystem& files, const std::string& directory);

/// All bytes of a file of the directory that is not a symbolic link. Throws SystemError (read_input).
std::vector<std::byte> read_file(FileSystem& files, const std::string& directory, const std::string& name);

/// Removes a file of the directory where there is one. Throws SystemError (write).
void remove_file(FileSystem& files, const std::string& directory, const std::string& name);

/// All bytes of the regular file a user named; links are followed. Throws SystemError (read_input).
std::vector<std::byte> read_file(FileSystem& files, const std::string& path);

}  // namespace lockstep
