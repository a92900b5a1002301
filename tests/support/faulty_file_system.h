/// A file system, the machine's or another one, with one fault: at the n-th operation (from 0) something goes wrong.
#pragma once

#include "io/file_system.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lockstep::testing {

enum class Fault {
  none,
  error,        ///< the operation fails with `error_number`, without effect
  errors,       ///< ... and all operations after it
  late_error,   ///< the operation takes effect, then fails with `error_number`
  short_count,  ///< a read or write moves one byte only
  bad_byte,     ///< a write succeeds, but another byte is on the disk
  kill_before,  ///< the process dies by SIGKILL before the operation
  kill_halfway  ///< ... after a write of half the bytes; elsewhere after the operation
};

class FaultyFileSystem final : public FileSystem {
 public:
  FaultyFileSystem(Fault fault, int at_operation, int error_number = EIO)
      : below_(posix_), fault_(fault), at_operation_(at_operation), error_number_(error_number) {}

  FaultyFileSystem(FileSystem& below, Fault fault, int at_operation, int error_number = EIO)
      : below_(below), fault_(fault), at_operation_(at_operation), error_number_(error_number) {}

  FaultyFileSystem(const FaultyFileSystem&) = delete;
  FaultyFileSystem& operator=(const FaultyFileSystem&) = delete;

  int operations() const { return operations_; }
  /// Name of the operation the fault hit; empty before.
  const std::string& faulty_operation() const { return faulty_operation_; }
  bool fired() const { return operations_ > at_operation_; }

  IoResult open_directory(const std::string& path) override;
  IoResult create_exclusive(int directory, const std::string& name) override;
  IoResult open_to_read(int directory, const std::string& name, Links links) override;
  IoResult write(int file, std::span<const std::byte> bytes) override;
  IoResult read(int file, std::span<std::byte> bytes) override;
  IoResult write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) override;
  IoResult read_at(int file, std::int64_t offset, std::span<std::byte> bytes) override;
  IoResult truncate(int file, std::int64_t bytes) override;
  IoResult sync_file(int file) override;
  IoResult sync_directory(int directory) override;
  IoResult close(int descriptor) override;
  IoResult rename(int directory, const std::string& from, const std::string& to) override;
  IoResult unlink(int directory, const std::string& name) override;
  IoResult list(int directory, std::vector<DirectoryEntry>& entries) override;

 private:
  template <typename Operation>
  IoResult run(const char* name, Operation operation, bool always = false);

  PosixFileSystem posix_;
  FileSystem& below_;
  Fault fault_;
  int at_operation_;
  int error_number_;
  int operations_ = 0;
  std::string faulty_operation_;
};

}  // namespace lockstep::testing
