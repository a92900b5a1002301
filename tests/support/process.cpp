#include "support/process.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace lockstep::testing {
namespace {

constexpr std::chrono::milliseconds kPoll(2);

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) {
    result.push_back(const_cast<char*>(text.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environment_with(const std::vector<std::string>& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('=') + 1);
    const bool replaced = std::any_of(added.begin(), added.end(), [&](const auto& a) { return a.starts_with(name); });
    if (!replaced && !text.starts_with("LOCKSTEP_") && name != "OMP_NUM_THREADS=") {
      result.push_back(text);
    }
  }
  result.insert(result.end(), added.begin(), added.end());
  return result;
}

/// pread leaves the offset alone, which the running program shares.
std::string content(std::FILE* file) {
  std::string result;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = pread(fileno(file), buffer, sizeof buffer, static_cast<off_t>(result.size()))) > 0) {
    result.append(buffer, static_cast<std::size_t>(count));
  }
  return result;
}

struct ProcessEntry {
  char state = 'Z';
  pid_t parent = 0;
};

std::optional<ProcessEntry> process_entry(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');  // the name may hold spaces
  if (name_end == std::string::npos || name_end + 4 >= line.size()) {
    return std::nullopt;
  }
  return ProcessEntry{line[name_end + 2], static_cast<pid_t>(std::stol(line.substr(name_end + 4)))};
}

}  // namespace

std::string ProcessResult::text() const {
  const std::string end = timed_out    ? "time-out"
                          : signal > 0 ? "signal " + std::to_string(signal)
                                       : "exit code " + std::to_string(exit_code);
  return end + "\nstdout:\n" + out + "\nstderr:\n" + err;
}

Process::Process(const std::vector<std::string>& argv, const std::vector<std::string>& environment)
    : out_(std::tmpfile(), &std::fclose), err_(std::tmpfile(), &std::fclose) {
  if (!out_ || !err_) {
    throw std::system_error(errno, std::generic_category(), "tmpfile");
  }
  const std::vector<std::string> entries = environment_with(environment);
  const std::vector<char*> arguments = pointers(argv);
  const std::vector<char*> variables = pointers(entries);
  pid_ = fork();
  if (pid_ < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
  if (pid_ == 0) {
    setpgid(0, 0);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(fileno(out_.get()), STDOUT_FILENO);
    dup2(fileno(err_.get()), STDERR_FILENO);
    execve(arguments[0], arguments.data(), variables.data());
    _exit(127);
  }
  setpgid(pid_, pid_);  // in both: whoever is first
}

Process::~Process() {
  if (running()) {
    kill_all();
    waitpid(pid_, &status_, 0);
  }
}

bool Process::running() {
  if (!ended_) {
    ended_ = waitpid(pid_, &status_, WNOHANG) == pid_;
  }
  return !ended_;
}

void Process::send(int signal) const {
  if (!ended_) {
    kill(pid_, signal);
  }
}

std::string Process::output_so_far() const {
  return content(out_.get());
}

std::string Process::errors_so_far() const {
  return content(err_.get());
}

ProcessResult Process::wait(std::chrono::milliseconds time_out) {
  const auto deadline = std::chrono::steady_clock::now() + time_out;
  ProcessResult result;
  while (running()) {
    if (std::chrono::steady_clock::now() > deadline) {
      result.timed_out = true;
      kill_all();
      waitpid(pid_, &status_, 0);
      ended_ = true;
      break;
    }
    std::this_thread::sleep_for(kPoll);
  }
  result.out = content(out_.get());
  result.err = content(err_.get());
  if (WIFSIGNALED(status_)) {
    result.signal = WTERMSIG(status_);
  } else if (!result.timed_out) {
    result.exit_code = WEXITSTATUS(status_);
  }
  return result;
}

/// mpirun gives its ranks process groups of their own.
void Process::kill_all() {
  const std::vector<pid_t> ranks = children_of(pid_);
  kill(-pid_, SIGKILL);
  for (const pid_t rank : ranks) {
    kill(-rank, SIGKILL);
    kill(rank, SIGKILL);
  }
}

ProcessResult run_process(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                          std::chrono::milliseconds time_out) {
  return Process(argv, environment).wait(time_out);
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> result;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") == std::string::npos) {
      const auto child = static_cast<pid_t>(std::stol(name));
      const auto found = process_entry(child);
      if (found && found->parent == pid) {
        result.push_back(child);
      }
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

bool is_alive(pid_t pid) {
  const auto found = process_entry(pid);
  return found && found->state != 'Z' && found->state != 'X';
}

}  // namespace lockstep::testing
