#include "io/run_folder_lock.h"

#include "base/timer.h"
#include "io/durable_file.h"
#include "io/file_system.h"
#include "io/printable.h"
#include "io/scheduler.h"
#include "lockstep/base/errors.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lockstep {

namespace {

[[noreturn]] void throw_folder_error(const std::string& path, const char* action, int error) {
  if (error == EROFS) {
    throw Error(ExitCode::permission, path + ": cannot " + action + " (read-only file system)");
  }
  throw SystemError(SystemError::Purpose::create_output, path, action, error);
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// Creates one folder; its name in the folder above is made durable.
void create_folder(const std::string& path, const std::string& parent) {
  constexpr mode_t mode = 0777;  // the umask decides
  if (::mkdir(path.c_str(), mode) != 0) {
    const int error = errno;
    if (is_directory(path)) {
      return;  // another process was faster
    }
    throw_folder_error(path, "create the folder", error == EEXIST ? ENOTDIR : error);
  }
  PosixFileSystem files;
  const IoResult above = files.open_directory(parent);
  if (above >= 0) {
    // A folder we may create in but not read cannot be opened; the folder exists all the same.
    const FileDescriptor directory(files, static_cast<int>(above));
    files.sync_directory(directory.id());
  }
}

/// Tries that files can be created, now rather than after hours of training.
void probe(const std::string& path) {
  PosixFileSystem files;
  const FileDescriptor folder(files, open_directory(files, path));
  const std::string name = fmt::format("{}probe-{}", kTemporaryPrefix, ::getpid());
  const IoResult created = files.create_exclusive(folder.id(), name);
  if (created == -EEXIST) {
    return;  // left behind by a killed process of this number, which could write
  }
  if (created < 0) {
    throw_folder_error(path, "create a file in the folder", static_cast<int>(-created));
  }
  files.close(static_cast<int>(created));
  files.unlink(folder.id(), name);
}

/// "(job 17": what all turns of this process's job have in common; empty outside of jobs.
std::string job_start(const std::optional<SchedulerJob>& job) {
  return job ? " (job " + printable(job->id, 64) : "";
}

/// " (job 17)", where it was put back into its queue " (job 17, restart 2)"; empty outside of a job.
std::string job_text(const std::optional<SchedulerJob>& job) {
  return job ? job_start(job) + (job->turn.empty() ? "" : ", restart " + printable(job->turn, 32)) + ')' : "";
}

std::string holder_text() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{} pid {}{}", host.data(), ::getpid(), job_text(scheduler_job(environment_variable)));
}

/// Another turn of this job, of which the scheduler has seen the end.
bool is_earlier_turn(const std::string& holder) {
  const auto job = scheduler_job(environment_variable);
  const std::string start = job_start(job);
  const bool is_of_job = holder.find(start + ')') != std::string::npos || holder.find(start + ',') != std::string::npos;
  return job && is_of_job && !holder.ends_with(job_text(job));
}

/// Only for the message others get: on a full disk the lock holds without it.
void write_holder(int file) {
  const std::string text = holder_text() + "\n";
  if (::ftruncate(file, 0) == 0) {
    static_cast<void>(::pwrite(file, text.data(), text.size(), 0) == 0);
  }
}

std::string read_holder(int file) {
  std::array<char, 512> text{};
  const ssize_t length = ::pread(file, text.data(), text.size(), 0);
  std::string_view line(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  line = line.substr(0, line.find('\n'));
  return line.empty() ? "another process" : printable(line);
}

/// Descriptor of the lock file. Anybody who can write in the folder may have put a link there: what we write
/// must not land elsewhere.
int open_lock_file(const std::string& directory) {
  const std::string path = directory + "/" + kLockName;
  constexpr mode_t mode = 0666;  // the umask decides
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode);
  if (file < 0) {
    throw_folder_error(path, "open the lock file", errno);
  }
  struct stat status {};
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1) {
    return file;
  }
  ::close(file);
  throw Error(ExitCode::cannot_create, path + ": not a lock file of ours (a hard link or no regular file); remove it");
}

}  // namespace

void create_run_folder(const std::string& path) {
  std::string parent = path.starts_with('/') ? "/" : ".";
  std::size_t begin = 0;
  while (begin < path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string prefix = path.substr(0, end);
    if (end > begin) {
      if (!is_directory(prefix)) {
        create_folder(prefix, parent);
      }
      parent = prefix;
    }
    begin = end + 1;
  }
  probe(path);
}

RunFolderLock::RunFolderLock(const std::string& directory, double patience) : RunFolderLock(open_lock_file(directory)) {
  const auto lock = [&] {
    return uninterrupted([&]() -> IoResult { return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno; });
  };
  const Timer timer;
  IoResult locked = lock();
  while (locked == -EWOULDBLOCK && timer.seconds() < patience && is_earlier_turn(read_holder(descriptor_))) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    locked = lock();
  }
  if (locked == -EWOULDBLOCK) {
    throw Error(ExitCode::cannot_create,
                fmt::format("run folder {} is in use by {}; wait for its end, or give another --run", directory,
                            read_holder(descriptor_)));
  }
  exclusive_ = locked == 0;
  if (exclusive_) {
    write_holder(descriptor_);
  }
}

RunFolderLock::~RunFolderLock() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

RunFolderLock::RunFolderLock(RunFolderLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), exclusive_(other.exclusive_) {}

}  // namespace lockstep
