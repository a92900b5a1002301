/// The schedulers of jobs that are known, a row each: how a process learns of which job it is, and how to ask for the
/// time that the job has left.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace lockstep {

/// A variable of the environment; empty where it is not set.
using VariableReader = std::function<std::optional<std::string>(const std::string& name)>;

/// A job of which the time left is asked for, at a time in seconds since 1970.
struct TimeQuestion {
  std::string job;
  double now = 0;
};

struct Scheduler {
  const char* name;            ///< "Slurm"
  const char* job_variable;    ///< set in its jobs alone
  const char* index_variable;  ///< of an element of an array, where the job's own id is that of the array; or nullptr
  const char* turn_variable;   ///< counts how often a job was put back into the queue; or nullptr
  const char* end_variable;    ///< when the job ends; or nullptr
  const char* client;          ///< "squeue"
  const char* question;        ///< a command and its arguments for the shell, {} being the job

  /// Seconds left by what the client printed. Empty for no limit and whatever else is no time.
  std::optional<double> (*seconds_left)(const std::string& answer, const TimeQuestion& asked);
};

struct SchedulerJob {
  const Scheduler* scheduler;
  std::string id;             ///< as its users write it: "17", "17[4].server"
  std::string turn;           ///< "" in the first one, and where the scheduler does not say
  std::optional<double> end;  ///< in seconds since 1970, where a variable says it
};

/// The job that this process is of; empty outside of jobs.
std::optional<SchedulerJob> scheduler_job(const VariableReader& variable);

/// The command that asks for the time left. Empty where the id is none: nothing else may reach a shell.
std::optional<std::string> time_question(const SchedulerJob& job);

/// Of this process.
std::optional<std::string> environment_variable(const std::string& name);

}  // namespace lockstep
