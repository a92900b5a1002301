#include "io/scheduler.h"

#include <cstdlib>
#include <ctime>
#include <map>

#include <gtest/gtest.h>

namespace lockstep {
namespace {

VariableReader variables(std::map<std::string, std::string> values) {
  return [values](const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

/// What is left to job 17 of this scheduler, at a time, by what its client printed.
std::optional<double> left(const char* job_variable, const std::string& answer, double now = 0) {
  const auto job = scheduler_job(variables({{job_variable, "17"}}));
  return job->scheduler->seconds_left(answer, {.job = job->id, .now = now});
}

TEST(SchedulerJob, IsThatOfTheVariablesOfItsScheduler) {
  EXPECT_FALSE(scheduler_job(variables({{"SLURM_JOB_ID", ""}, {"HOME", "/"}})));
  const auto slurm = scheduler_job(
      variables({{"SLURM_JOB_ID", "17"}, {"SLURM_RESTART_COUNT", "2"}, {"SLURM_JOB_END_TIME", "1700000000"}}));
  ASSERT_TRUE(slurm);
  EXPECT_STREQ(slurm->scheduler->name, "Slurm");
  EXPECT_EQ(slurm->id, "17");
  EXPECT_EQ(slurm->turn, "2");
  EXPECT_EQ(slurm->end, 1.7e9);
  EXPECT_EQ(scheduler_job(variables({{"PBS_JOBID", "17[4].host"}}))->id, "17[4].host");
  EXPECT_EQ(scheduler_job(variables({{"LSB_JOBID", "17"}, {"LSB_JOBINDEX", "0"}}))->id, "17") << "of no array";
  EXPECT_EQ(scheduler_job(variables({{"LSB_JOBID", "17"}, {"LSB_JOBINDEX", "4"}}))->id, "17[4]");
}

TEST(SchedulerJob, OnlyAnIdIsAskedFor) {
  const auto question = [](const std::string& id) {
    return time_question(*scheduler_job(variables({{"PBS_JOBID", id}})));
  };
  for (const char* const id : {"17", "17.server", "17.server-1.some_site.edu", "17[4].server", "17-4.server"}) {
    EXPECT_EQ(question(id), "qstat -f '" + std::string(id) + "'");
  }
  for (const char* const id :
       {"x", "17;rm", "17'", "17[$(a)].host", "17.a b", "17.`a`", "-17", "17.", "17\n", "17[]"}) {
    EXPECT_EQ(question(id), std::nullopt) << id;
  }
  EXPECT_EQ(question("17." + std::string(1000, 'a')), std::nullopt);
}

TEST(TimeLeftOfSlurm, IsReadFromTheLineOfTheJob) {
  EXPECT_EQ(left("SLURM_JOB_ID", "17 0:59\n"), 59);
  EXPECT_EQ(left("SLURM_JOB_ID", "17 01:30"), 90);
  EXPECT_EQ(left("SLURM_JOB_ID", "17 3:59:59\n"), 4 * 3600 - 1);
  EXPECT_EQ(left("SLURM_JOB_ID", "17   1-00:00:01  "), 86401);
  EXPECT_EQ(left("SLURM_JOB_ID", "17 10-23:00:00"), 86400 * 10 + 23 * 3600);
  EXPECT_EQ(left("SLURM_JOB_ID", "18 1:00\n171 2:00\n17 3:00\n"), 180) << "elements of its array";
}

TEST(TimeLeftOfSlurm, IsNoneWhereThereIsNoTime) {
  for (const char* const text : {"", "\n", "UNLIMITED\n", "NOT_SET", "INVALID", "5", "1-5", "1-5:00", "1:2:3:4",
                                 "1:", ":1", "-1:00", "1:-1", "1-2-00:00:00"}) {
    EXPECT_EQ(left("SLURM_JOB_ID", "17 " + std::string(text)), std::nullopt) << text;
  }
  EXPECT_EQ(left("SLURM_JOB_ID", "slurm_load_jobs error: Invalid job id specified"), std::nullopt);
  EXPECT_EQ(left("SLURM_JOB_ID", "18 1:00\n"), std::nullopt);
}

TEST(TimeLeftOfPbs, IsTheLimitLessWhatHasPassed) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  const std::string limit = "Job Id: 17.server\n    Job_Name = a\n    Resource_List.walltime = 04:00:00\n";
  const std::string used = limit + "    resources_used.walltime = 01:00:00\n";
  const std::string start = "    stime = Wed Nov 15 00:00:00 2023\n\tcontinued\n";
  constexpr double kStart = 1700006400;
  EXPECT_EQ(left("PBS_JOBID", limit, kStart), std::nullopt) << "not started";
  EXPECT_EQ(left("PBS_JOBID", used, kStart), 3 * 3600);
  EXPECT_EQ(left("PBS_JOBID", limit + start, kStart + 60), 4 * 3600 - 60);
  EXPECT_EQ(left("PBS_JOBID", used + start, kStart + 60), 3 * 3600);
  EXPECT_EQ(left("PBS_JOBID", used + start, kStart + 7200), 2 * 3600) << "what was used is noted late";
  EXPECT_EQ(left("PBS_JOBID", start + "    resources_used.walltime = 01:00:00\n", kStart), std::nullopt) << "no limit";
  ::unsetenv("TZ");
  ::tzset();
}

TEST(TimeLeftOfPbs, IsSaidByTorque) {
  EXPECT_EQ(left("PBS_JOBID", "    Resource_List.walltime = 80:00:00\n    Walltime.Remaining = 275789\n"), 275789);
  EXPECT_EQ(left("PBS_JOBID", "qstat: Unknown Job Id 17.server"), std::nullopt);
}

TEST(TimeLeftOfLsf, IsThatToALimitAndNotToAnEstimate) {
  EXPECT_EQ(left("LSB_JOBID", "0:12 L\n"), 12 * 60);
  EXPECT_EQ(left("LSB_JOBID", "100:05 L"), 100 * 3600 + 5 * 60);
  EXPECT_EQ(left("LSB_JOBID", "01:02:03 L  \n"), 3723);
  for (const char* const text : {"-", "", "0:12 E", "0:12 X", "L", "12 L", "Job <17> is not found"}) {
    EXPECT_EQ(left("LSB_JOBID", text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace lockstep
