/// A file system, the machine's or another one, with one fault: at the n-th operation (from 0) something goes wrong.
#pragma once

#include "io/file_system.h"

#include <cerrno>
#include <csignal>

#include <unistd.h>

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

  IoResult open_directory(const std::string& path) override {
    return run("open_directory", [&] { return below_.open_directory(path); });
  }
  IoResult create_exclusive(int directory, const std::string& name) override {
    return run("create_exclusive", [&] { return below_.create_exclusive(directory, name); });
  }
  IoResult open_to_read(int directory, const std::string& name, Links links) override {
    return run("open_to_read", [&] { return below_.open_to_read(directory, name, links); });
  }
  IoResult write(int file, std::span<const std::byte> bytes) override {
    const bool now = operations_ == at_operation_;
    if (now && (fault_ == Fault::short_count || fault_ == Fault::kill_halfway)) {
      bytes = bytes.first(fault_ == Fault::short_count ? 1 : bytes.size() / 2);
    }
    if (now && fault_ == Fault::bad_byte) {
      const std::byte other = ~bytes.front();
      return run("write", [&] { return below_.write(file, {&other, 1}); });
    }
    return run("write", [&] { return below_.write(file, bytes); });
  }
  IoResult read(int file, std::span<std::byte> bytes) override {
    const bool now = operations_ == at_operation_;
    return run("read", [&] { return below_.read(file, now && fault_ == Fault::short_count ? bytes.first(1) : bytes); });
  }
  IoResult write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) override {
    const bool now = operations_ == at_operation_;
    if (now && (fault_ == Fault::short_count || fault_ == Fault::kill_halfway)) {
      bytes = bytes.first(fault_ == Fault::short_count ? 1 : bytes.size() / 2);
    }
    if (now && fault_ == Fault::bad_byte) {
      const std::byte other = ~bytes.front();
      return run("write_at", [&] { return below_.write_at(file, offset, {&other, 1}); });
    }
    return run("write_at", [&] { return below_.write_at(file, offset, bytes); });
  }
  IoResult read_at(int file, std::int64_t offset, std::span<std::byte> bytes) override {
    const bool now = operations_ == at_operation_;
    return run("read_at", [&] {
      return below_.read_at(file, offset, now && fault_ == Fault::short_count ? bytes.first(1) : bytes);
    });
  }
  IoResult truncate(int file, std::int64_t bytes) override {
    return run("truncate", [&] { return below_.truncate(file, bytes); });
  }
  IoResult sync_file(int file) override {
    return run("sync_file", [&] { return below_.sync_file(file); });
  }
  IoResult sync_directory(int directory) override {
    return run("sync_directory", [&] { return below_.sync_directory(directory); });
  }
  IoResult close(int descriptor) override {
    // A descriptor is gone even when close tells of an error.
    return run(
        "close", [&] { return below_.close(descriptor); }, true);
  }
  IoResult rename(int directory, const std::string& from, const std::string& to) override {
    return run("rename", [&] { return below_.rename(directory, from, to); });
  }
  IoResult unlink(int directory, const std::string& name) override {
    return run("unlink", [&] { return below_.unlink(directory, name); });
  }
  IoResult list(int directory, std::vector<DirectoryEntry>& entries) override {
    return run("list", [&] { return below_.list(directory, entries); });
  }

 private:
  template <typename Operation>
  IoResult run(const char* name, Operation operation, bool always = false) {
    const int operation_number = operations_++;
    const bool now = fault_ == Fault::errors ? operation_number >= at_operation_ : operation_number == at_operation_;
    if (!now) {
      return operation();
    }
    faulty_operation_ = name;
    if (fault_ == Fault::kill_before) {
      ::kill(::getpid(), SIGKILL);
    }
    const bool fails = fault_ == Fault::error || fault_ == Fault::errors;
    if (fails && !always) {
      return -error_number_;
    }
    const IoResult result = operation();
    if (fault_ == Fault::kill_halfway) {
      ::kill(::getpid(), SIGKILL);
    }
    return fails || fault_ == Fault::late_error ? -error_number_ : result;
  }

  PosixFileSystem posix_;
  FileSystem& below_;
  Fault fault_;
  int at_operation_;
  int error_number_;
  int operations_ = 0;
  std::string faulty_operation_;
};

}  // namespace lockstep::testing
