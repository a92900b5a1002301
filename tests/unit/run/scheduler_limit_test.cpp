#include "run/scheduler_limit.h"

#include <map>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

/// A job with these variables, of which squeue says this.
SchedulerSurroundings job_with(std::map<std::string, std::string> variables, const std::string& answer) {
  SchedulerSurroundings surroundings;
  surroundings.now = 1000;
  surroundings.variable = [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  surroundings.time_left = [answer](const std::string&) { return answer; };
  return surroundings;
}

TEST(SchedulerLimit, ReadsTheTimesOfSqueue) {
  EXPECT_EQ(seconds_of_time_left("0:59\n"), 59);
  EXPECT_EQ(seconds_of_time_left("01:30"), 90);
  EXPECT_EQ(seconds_of_time_left("3:59:59\n"), 4 * 3600 - 1);
  EXPECT_EQ(seconds_of_time_left("  1-00:00:01  "), 86401);
  EXPECT_EQ(seconds_of_time_left("10-23:00:00"), 86400 * 10 + 23 * 3600);
}

TEST(SchedulerLimit, WhatIsNoTimeIsNoLimit) {
  for (const char* const text : {"", "\n", "UNLIMITED\n", "NOT_SET", "INVALID", "5", "1-5", "1-5:00", "1:2:3:4", "1:",
                                 ":1", "-1:00", "1:-1", "1-2-00:00:00", "slurm_load_jobs error: Invalid job id"}) {
    EXPECT_EQ(seconds_of_time_left(text), std::nullopt) << text;
  }
}

TEST(SchedulerLimit, TheEndTimeComesBeforeSqueue) {
  const auto by_end = scheduler_limit(job_with({{"SLURM_JOB_ID", "17"}, {"SLURM_JOB_END_TIME", "1090"}}, "1:00"));
  ASSERT_TRUE(by_end);
  EXPECT_EQ(by_end->seconds, 90);
  EXPECT_EQ(by_end->source, "Slurm job 17, by SLURM_JOB_END_TIME");
  const auto by_squeue = scheduler_limit(job_with({{"SLURM_JOB_ID", "17"}}, "1:00"));
  ASSERT_TRUE(by_squeue);
  EXPECT_EQ(by_squeue->seconds, 60);
}

TEST(SchedulerLimit, NoneOutsideAJobNorWithoutAnAnswer) {
  EXPECT_FALSE(scheduler_limit(job_with({}, "1:00")));
  EXPECT_FALSE(scheduler_limit(job_with({{"SLURM_JOB_ID", "17; rm"}}, "1:00")));
  EXPECT_FALSE(scheduler_limit(job_with({{"SLURM_JOB_ID", "17"}}, "")));
  EXPECT_FALSE(scheduler_limit(job_with({{"SLURM_JOB_ID", "17"}}, "UNLIMITED")));
  EXPECT_FALSE(scheduler_limit(job_with({{"SLURM_JOB_ID", "17"}, {"SLURM_JOB_END_TIME", "900"}}, "1:00")));
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
