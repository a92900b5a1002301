#include "run/scheduler_limit.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <tuple>

#include "unit/io/temporary_folder.h"
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::TemporaryFolder;

/// A job with these variables, of which its scheduler says this.
SchedulerSurroundings job_with(std::map<std::string, std::string> variables, const std::string& answer) {
  SchedulerSurroundings surroundings;
  surroundings.now = 1000;
  surroundings.variable = [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  surroundings.answer = [answer](const std::string&) { return answer; };
  return surroundings;
}

TEST(SchedulerLimit, IsThatOfTheVariableElseOfTheClient) {
  const auto by_end = scheduler_limit(job_with({{"SLURM_JOB_ID", "17"}, {"SLURM_JOB_END_TIME", "1090"}}, "17 1:00"));
  ASSERT_TRUE(by_end);
  EXPECT_EQ(by_end->seconds, 90);
  EXPECT_EQ(by_end->source, "Slurm job 17, by SLURM_JOB_END_TIME");
  const auto by_squeue = scheduler_limit(job_with({{"SLURM_JOB_ID", "17"}}, "17 1:00\n"));
  ASSERT_TRUE(by_squeue);
  EXPECT_EQ(by_squeue->seconds, 60);
  EXPECT_EQ(by_squeue->source, "Slurm job 17, by squeue");
  const auto by_qstat = scheduler_limit(job_with({{"PBS_JOBID", "5.host"}}, "    Walltime.Remaining = 30\n"));
  ASSERT_TRUE(by_qstat);
  EXPECT_EQ(by_qstat->seconds, 30);
  EXPECT_EQ(by_qstat->source, "PBS job 5.host, by qstat");
  const auto by_bjobs = scheduler_limit(job_with({{"LSB_JOBID", "5"}, {"LSB_JOBINDEX", "2"}}, "0:12 L\n"));
  ASSERT_TRUE(by_bjobs);
  EXPECT_EQ(by_bjobs->seconds, 720);
  EXPECT_EQ(by_bjobs->source, "LSF job 5[2], by bjobs");
}

TEST(SchedulerLimit, NoneOutsideAJobNorWithoutAnAnswer) {
  EXPECT_FALSE(scheduler_limit(job_with({}, "17 1:00")));
  EXPECT_FALSE(scheduler_limit(job_with({{"SLURM_JOB_ID", "17; rm"}}, "17 1:00")));
  EXPECT_FALSE(scheduler_limit(job_with({{"SLURM_JOB_ID", "17"}}, "")));
  EXPECT_FALSE(scheduler_limit(job_with({{"SLURM_JOB_ID", "17"}}, "17 UNLIMITED")));
  EXPECT_FALSE(scheduler_limit(job_with({{"SLURM_JOB_ID", "17"}, {"SLURM_JOB_END_TIME", "900"}}, "17 1:00")));
}

/// Programs that stand for the clients of schedulers, ahead of others on PATH.
TEST(SchedulerLimit, IsAskedOfTheClientOnThePath) {
  const TemporaryFolder folder;
  const std::string path = std::getenv("PATH");
  const auto client = [&](const std::string& name, const std::string& script) {
    std::ofstream(folder / name) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(folder / name, std::filesystem::perms::owner_all);
  };
  client("squeue", "[ \"$*\" = '-h -j 17 -o %A %L' ] && echo 17 1:40");
  client("qstat", "[ \"$*\" = '-f 17[4].host' ] && echo '    Walltime.Remaining = 7'");
  client("bjobs", "[ \"$LSB_HMS_TIME_FORMAT $*\" = 'Y -noheader -o time_left 17' ] && echo 0:01:15 L");
  ::setenv("PATH", (folder.path() + ':' + path).c_str(), 1);
  SchedulerSurroundings surroundings = scheduler_surroundings();
  for (const auto& [variable, id, seconds] :
       {std::tuple("SLURM_JOB_ID", "17", 100), std::tuple("PBS_JOBID", "17[4].host", 7),
        std::tuple("LSB_JOBID", "17", 75)}) {
    surroundings.variable = job_with({{variable, id}}, "").variable;
    const auto limit = scheduler_limit(surroundings);
    ASSERT_TRUE(limit) << variable;
    EXPECT_EQ(limit->seconds, seconds) << variable;
  }
  client("bjobs", "exec sleep 60");
  EXPECT_FALSE(scheduler_limit(surroundings)) << "a client that does not answer is given up";
  ::setenv("PATH", path.c_str(), 1);
}

TEST(StopMonitor, StopsBeforeTheSchedulersLimitByWhatAStopTakes) {
  double needed = 1;
  StopMonitor monitor(0);
  monitor.stop_before(3600, [&] { return needed; });
  monitor.begin_training();
  needed = 3601;
  EXPECT_EQ(monitor.wish(), StopReason::none) << "before the first step";
  needed = 1;
  monitor.note_progress();
  EXPECT_EQ(monitor.wish(), StopReason::none);
  needed = 3601;
  EXPECT_EQ(monitor.wish(), StopReason::time_limit);
}

TEST(StepTimeout, IsOffInAShellAndTenMinutesInAJob) {
  const SchedulerSurroundings shell = job_with({}, "");
  EXPECT_EQ(step_timeout_seconds({}, shell), 0);
  for (const char* name : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID"}) {
    const SchedulerSurroundings job = job_with({{name, "17"}}, "");
    EXPECT_EQ(step_timeout_seconds({}, job), 600);
    EXPECT_EQ(step_timeout_seconds(StepTimeout::parse("off"), job), 0);
    EXPECT_EQ(step_timeout_seconds(StepTimeout::parse("2m"), job), 120);
  }
  EXPECT_EQ(step_timeout_seconds(StepTimeout::parse("2s"), shell), 2);
}

}  // namespace
}  // namespace lockstep
