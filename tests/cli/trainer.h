/// The real trainer, started as users start it, and what it leaves in a run folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/process.h"
#include <nlohmann/json.hpp>

namespace lockstep::testing {

using Arguments = std::vector<std::string>;

/// `left` then `right`.
Arguments operator+(Arguments left, const Arguments& right);

/// The command line: mpirun with that many ranks, without mpirun for 0; --threads where threads > 0.
Arguments command_line(int ranks, int threads, const Arguments& arguments);

/// Environment of every start: mpirun as root, ranks that wait yield their core, not bound to cores.
const std::vector<std::string>& environment();

/// Starts and waits. "trainer train …" as {"train", …}.
ProcessResult launch(int ranks, int threads, const Arguments& arguments);

/// launch that must exit 0 (else a test failure with all of the output).
ProcessResult launch_well(int ranks, int threads, const Arguments& arguments);

struct Layout {
  int ranks;  ///< 0: without mpirun
  int threads;
};
std::string to_string(const Layout& layout);

/// A folder of its own for a test, removed at the end; its path is short, since Open MPI keeps sockets there.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

/// A data set of the project: data/<name>.
std::string shipped(const std::string& name);

/// Whole file. Throws std::runtime_error when there is none.
std::string content_of(const std::string& path);
nlohmann::json json_of(const std::string& path);
nlohmann::json summary_of(const std::string& run_folder);
std::string sha_of(const std::string& run_folder);
/// Lines of metrics.jsonl.
std::vector<nlohmann::json> metrics_of(const std::string& run_folder);
/// Paths of the checkpoints, highest step first.
std::vector<std::string> checkpoints_of(const std::string& run_folder);
bool exists(const std::string& path);
/// Lines that start with "trainer: error:", stdout and stderr together.
std::vector<std::string> error_lines(const ProcessResult& result);

/// Sparse two-class LIBSVM text with noise in the labels; a function of its arguments alone.
std::string made_sparse_set(int rows = 4000, int features = 200, std::uint64_t seed = 1);

}  // namespace lockstep::testing
