/// Typed errors and the process exit codes they map to.
///
/// Bad input is an exception, non-convergence a result, a bug an assertion. An error carries its whole message;
/// `main` prints it once and exits with its code. With several ranks it must know whether all of them have it: an
/// `AgreedError` they have, after which each leaves by itself; any other ends the whole job from where it is.
#pragma once

#include <concepts>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace lockstep {

/// The documented exit codes of `trainer` (they pass through mpirun).
enum class ExitCode : int {
  success = 0,
  usage = 64,           ///< bad command line
  bad_data = 65,        ///< bad data file, model file or checkpoint
  input_missing = 66,   ///< an input file does not exist
  numerical_stop = 69,  ///< no finite optimum, non-finite loss, or a failed check
  internal = 70,        ///< a bug, or ranks that diverged
  out_of_memory = 71,   ///< an allocation failed
  cannot_create = 73,   ///< output cannot be created, or the run folder is in use
  io_error = 74,        ///< reading or writing failed
  stopped_early = 75,   ///< stopped with a durable checkpoint: submit the job again
  permission = 77,      ///< permission denied
  configuration = 78,   ///< settings that contradict each other, the data, the checkpoint or the machine
};

/// Base of all errors that carry an exit code. `what()` is the text printed after "trainer: error: ".
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

  /// Warnings that came before the error and are not printed yet, one line each: they may tell its cause.
  const std::vector<std::string>& notices() const noexcept { return notices_; }
  void put_before(const std::vector<std::string>& notices) {
    notices_.insert(notices_.begin(), notices.begin(), notices.end());
  }

 private:
  ExitCode code_;
  std::vector<std::string> notices_;
};

/// The mark of an error that every rank throws at the same place, so that none waits for another one in a collective.
/// agree() and on_root() (comm/agreement.h) give it, and so do decisions taken from replicated values alone.
class AgreedError {
 protected:
  AgreedError() = default;
  ~AgreedError() = default;
  AgreedError(const AgreedError&) = default;
  AgreedError& operator=(const AgreedError&) = default;
};

/// An error of this kind with the mark: throw Agreed<DataError>("…"). Caught as `Kind`, too.
template <std::derived_from<Error> Kind>
class Agreed final : public Kind, public AgreedError {
 public:
  using Kind::Kind;
};

/// True for an error that every rank throws.
inline bool is_agreed(const Error& error) {
  return dynamic_cast<const AgreedError*>(&error) != nullptr;
}

/// Returns what `work` returns; an Error that leaves it takes `notices`, as they are then, along.
template <typename Work>
decltype(auto) with_notices(const std::vector<std::string>& notices, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (Error& error) {
    error.put_before(notices);
    throw;
  }
}

/// A place in an input file. Line and column count from 1 (bytes); 0 leaves the part out.
struct Position {
  std::string file;
  std::int64_t line = 0;
  std::int64_t column = 0;
};

/// "FILE:LINE:COLUMN", without the parts that are 0.
std::string to_string(const Position& position);

/// Bad content of an input file, with its position: "FILE:LINE:COLUMN: message".
class DataError : public Error {
 public:
  DataError(const Position& position, const std::string& message)
      : Error(ExitCode::bad_data, to_string(position) + ": " + message) {}
  explicit DataError(const std::string& message) : Error(ExitCode::bad_data, message) {}
};

class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

class ConfigurationError : public Error {
 public:
  explicit ConfigurationError(const std::string& message) : Error(ExitCode::configuration, message) {}
};

/// Training cannot go on: separable data without penalty, non-finite loss, a failed check.
class NumericalStop : public Error {
 public:
  explicit NumericalStop(const std::string& message) : Error(ExitCode::numerical_stop, message) {}
};

/// Ranks hold different parameters, or an invariant is broken.
class InternalError : public Error {
 public:
  explicit InternalError(const std::string& message) : Error(ExitCode::internal, message) {}
};

/// A failed system call on `path`: the code follows errno (ENOENT 66 for inputs, EACCES/EPERM 77, else 74).
class SystemError : public Error {
 public:
  enum class Purpose { read_input, create_output, write };
  SystemError(Purpose purpose, const std::string& path, const std::string& action, int error_number);
  int error_number() const noexcept { return error_number_; }

 private:
  int error_number_;
};

}  // namespace lockstep
