/// One job a run folder: its creation, and a lock that the death of the process frees.
#pragma once

#include <string>

namespace lockstep {

inline constexpr const char* kLockName = ".lock";

/// Creates the folder and those above it, durably, and tries that a file can be created in it. Throws Error:
/// permission (EACCES, EPERM, EROFS), cannot_create (a component is a file, ...).
void create_run_folder(const std::string& path);

/// Exclusive lock of a run folder: flock of DIRECTORY/.lock, which stays in place. The file tells the
/// holder's host, process and job. Symbolic and hard links in its place are refused.
class RunFolderLock {
 public:
  static constexpr double kPatience = 60;

  /// Where the holder is an earlier turn of this job, which is on its way out, waits for it up to `patience`
  /// seconds. Throws Error (cannot_create) "run folder DIR is in use by HOST pid PID (job J); ...", or what
  /// create_run_folder throws when the file cannot be opened.
  explicit RunFolderLock(const std::string& directory, double patience = kPatience);
  ~RunFolderLock();
  RunFolderLock(RunFolderLock&& other) noexcept;
  RunFolderLock(const RunFolderLock&) = delete;
  RunFolderLock& operator=(const RunFolderLock&) = delete;

  /// False where the file system has no locks (some Lustre mounts): nothing then keeps a second job out.
  bool exclusive() const { return exclusive_; }

 private:
  explicit RunFolderLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
  bool exclusive_ = true;
};

}  // namespace lockstep
