#include "cli/trainer.h"

#include "base/random.h"
#include "io/checkpoint_file.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace lockstep::testing {

namespace fs = std::filesystem;

Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Arguments command_line(int ranks, int threads, const Arguments& arguments) {
  Arguments result;
  if (ranks > 0) {
    result = {MPIEXEC, "--quiet", "--oversubscribe", "-n", std::to_string(ranks)};
  }
  result.push_back(TRAINER);
  result = result + arguments;
  return threads > 0 ? result + Arguments{"--threads", std::to_string(threads)} : result;
}

const std::vector<std::string>& environment() {
  static const std::vector<std::string> entries = {
      "OMPI_ALLOW_RUN_AS_ROOT=1",       "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
      "OMPI_MCA_mpi_yield_when_idle=1", "OMPI_MCA_hwloc_base_binding_policy=none",
      "OMP_WAIT_POLICY=passive",        "ASAN_OPTIONS=detect_leaks=0"};
  return entries;
}

ProcessResult launch(int ranks, int threads, const Arguments& arguments) {
  return run_process(command_line(ranks, threads, arguments), environment());
}

ProcessResult launch_well(int ranks, int threads, const Arguments& arguments) {
  ProcessResult result = launch(ranks, threads, arguments);
  EXPECT_EQ(result.exit_code, 0) << fmt::format("{}", fmt::join(command_line(ranks, threads, arguments), " ")) << '\n'
                                 << result.text();
  return result;
}

std::string to_string(const Layout& layout) {
  return layout.ranks == 0 ? fmt::format("without mpirun × {} threads", layout.threads)
                           : fmt::format("{} ranks × {} threads", layout.ranks, layout.threads);
}

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "lockstep-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("cannot create " + name);
  }
  path_ = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string Scratch::write(const std::string& name, const std::string& content) const {
  std::ofstream(path_ / name, std::ios::binary) << content;
  return path(name);
}

std::string shipped(const std::string& name) {
  return std::string(LOCKSTEP_DATA_DIR "/") + name;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error("cannot open " + path);
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

nlohmann::json json_of(const std::string& path) {
  return nlohmann::json::parse(content_of(path));
}

nlohmann::json summary_of(const std::string& run_folder) {
  return json_of(run_folder + "/summary.json");
}

std::string sha_of(const std::string& run_folder) {
  return summary_of(run_folder).at("parameters_sha256").get<std::string>();
}

std::vector<nlohmann::json> metrics_of(const std::string& run_folder) {
  std::istringstream lines(content_of(run_folder + "/metrics.jsonl"));
  std::vector<nlohmann::json> result;
  for (std::string line; std::getline(lines, line);) {
    result.push_back(nlohmann::json::parse(line));
  }
  return result;
}

std::vector<std::string> checkpoints_of(const std::string& run_folder) {
  std::vector<std::pair<std::int64_t, std::string>> found;
  if (fs::is_directory(run_folder)) {
    for (const auto& entry : fs::directory_iterator(run_folder)) {
      if (const auto step = checkpoint_step(entry.path().filename().string())) {
        found.emplace_back(*step, entry.path().string());
      }
    }
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> result;
  for (const auto& [step, path] : found) {
    result.push_back(path);
  }
  return result;
}

bool exists(const std::string& path) {
  return fs::exists(fs::symlink_status(path));
}

std::vector<std::string> error_lines(const ProcessResult& result) {
  std::istringstream lines(result.out + "\n" + result.err);
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("trainer: error:")) {
      found.push_back(line);
    }
  }
  return found;
}

std::string made_sparse_set(int rows, int features, std::uint64_t seed) {
  RandomStream random(seed, 0, 0);
  std::string result;
  for (int row = 0; row < rows; ++row) {
    std::set<std::uint32_t> columns;
    while (columns.size() < 10) {
      columns.insert(1 + random.below(static_cast<std::uint32_t>(features)));
    }
    double score = 3.0 * (random.uniform() - 0.5);
    std::string fields;
    for (const std::uint32_t column : columns) {
      const double value = std::round(2000.0 * (random.uniform() - 0.5)) / 500.0;
      score += (column % 2 == 0 ? 1.0 : -1.0) * value;
      fields += fmt::format(" {}:{}", column, value);
    }
    result += (score > 0.0 ? "+1" : "-1") + fields + "\n";
  }
  return result;
}

}  // namespace lockstep::testing
