#include "support/faulty_file_system.h"

#include <csignal>

#include <unistd.h>

namespace lockstep::testing {

template <typename Operation>
IoResult FaultyFileSystem::run(const char* name, Operation operation, bool always) {
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

IoResult FaultyFileSystem::open_directory(const std::string& path) {
  return run("open_directory", [&] { return below_.open_directory(path); });
}

IoResult FaultyFileSystem::create_exclusive(int directory, const std::string& name) {
  return run("create_exclusive", [&] { return below_.create_exclusive(directory, name); });
}

IoResult FaultyFileSystem::open_to_read(int directory, const std::string& name, Links links) {
  return run("open_to_read", [&] { return below_.open_to_read(directory, name, links); });
}

IoResult FaultyFileSystem::write(int file, std::span<const std::byte> bytes) {
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

IoResult FaultyFileSystem::read(int file, std::span<std::byte> bytes) {
  const bool now = operations_ == at_operation_;
  return run("read", [&] { return below_.read(file, now && fault_ == Fault::short_count ? bytes.first(1) : bytes); });
}

IoResult FaultyFileSystem::write_at(int file, std::int64_t offset, std::span<const std::byte> bytes) {
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

IoResult FaultyFileSystem::read_at(int file, std::int64_t offset, std::span<std::byte> bytes) {
  const bool now = operations_ == at_operation_;
  return run("read_at", [&] {
    return below_.read_at(file, offset, now && fault_ == Fault::short_count ? bytes.first(1) : bytes);
  });
}

IoResult FaultyFileSystem::truncate(int file, std::int64_t bytes) {
  return run("truncate", [&] { return below_.truncate(file, bytes); });
}

IoResult FaultyFileSystem::sync_file(int file) {
  return run("sync_file", [&] { return below_.sync_file(file); });
}

IoResult FaultyFileSystem::sync_directory(int directory) {
  return run("sync_directory", [&] { return below_.sync_directory(directory); });
}

IoResult FaultyFileSystem::close(int descriptor) {
  // A descriptor is gone even when close tells of an error.
  return run(
      "close", [&] { return below_.close(descriptor); }, true);
}

IoResult FaultyFileSystem::rename(int directory, const std::string& from, const std::string& to) {
  return run("rename", [&] { return below_.rename(directory, from, to); });
}

IoResult FaultyFileSystem::unlink(int directory, const std::string& name) {
  return run("unlink", [&] { return below_.unlink(directory, name); });
}

IoResult FaultyFileSystem::list(int directory, std::vector<DirectoryEntry>& entries) {
  return run("list", [&] { return below_.list(directory, entries); });
}

}  // namespace lockstep::testing
