#include "cli/launch.h"

#include "lockstep/base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep {
namespace {

using testing::HasSubstr;

RankPlace place(const std::string& host, std::vector<int> cores, int host_cores) {
  return {host, std::move(cores), host_cores, false};
}

TEST(Launch, IsParallelWhenALauncherStartedMoreThanOne) {
  EXPECT_FALSE(launched_in_parallel({}));
  EXPECT_FALSE(launched_in_parallel({{"SLURM_NTASKS", "8"}}));
  EXPECT_FALSE(launched_in_parallel({{"SLURM_STEP_NUM_TASKS", "1"}}));
  EXPECT_FALSE(launched_in_parallel({{"OMPI_COMM_WORLD_SIZE", "1"}, {"PMIX_RANK", "0"}}));
  EXPECT_TRUE(launched_in_parallel({{"OMPI_COMM_WORLD_SIZE", "2"}}));
  EXPECT_TRUE(launched_in_parallel({{"PMI_SIZE", "2"}}));
  EXPECT_TRUE(launched_in_parallel({{"SLURM_STEP_NUM_TASKS", "2"}}));
  EXPECT_TRUE(launched_in_parallel({{"PMIX_RANK", "0"}}));
}

TEST(Launch, CopiesThatDoNotKnowOfEachOtherAreStopped) {
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}) {
    const Environment environment = {{variable, "4"}};
    EXPECT_NO_THROW(check_world_size(environment, 4));
    try {
      check_world_size(environment, 1);
      FAIL() << variable;
    } catch (const ConfigurationError& error) {
      EXPECT_THAT(error.what(), HasSubstr(std::string(variable) + "=4"));
    }
  }
}

TEST(Launch, FirstSizeVariableDecides) {
  const Environment one_rank_in_a_slurm_step = {{"OMPI_COMM_WORLD_SIZE", "1"}, {"SLURM_STEP_NUM_TASKS", "2"}};
  EXPECT_NO_THROW(check_world_size(one_rank_in_a_slurm_step, 1));
  EXPECT_NO_THROW(check_world_size({{"SLURM_NTASKS", "8"}}, 1));
  EXPECT_NO_THROW(check_world_size({{"PMI_SIZE", "many"}}, 1));
}

TEST(Launch, RankComesFromTheLauncher) {
  EXPECT_EQ(launch_rank({}), 0);
  EXPECT_EQ(launch_rank({{"OMPI_COMM_WORLD_RANK", "3"}, {"SLURM_PROCID", "1"}}), 3);
  EXPECT_EQ(launch_rank({{"PMI_RANK", "2"}}), 2);
}

TEST(Launch, ThreadsAreRequestedElseFromOpenMpElseTheShareOfTheCores) {
  const std::vector<RankPlace> alone = {place("a", {0, 1, 2, 3}, 4)};
  EXPECT_EQ(plan_launch(alone, 0, 3, 2, Launcher::none).threads, 3);
  EXPECT_EQ(plan_launch(alone, 0, 0, 2, Launcher::none).threads, 2);
  EXPECT_EQ(plan_launch(alone, 0, 0, 0, Launcher::none).threads, 4);
}

TEST(Launch, RanksOfAHostShareTheCoresOfOverlappingMasks) {
  const std::vector<RankPlace> places = {place("a", {0, 1, 2, 3}, 4), place("a", {0, 1, 2, 3}, 4),
                                         place("a", {0, 1, 2, 3}, 4), place("b", {0, 1, 2, 3}, 4)};
  const LaunchReport first = plan_launch(places, 0, 0, 0, Launcher::mpirun);
  EXPECT_EQ(first.threads, 1);
  EXPECT_EQ(first.sharing_ranks, 3);
  EXPECT_EQ(first.ranks_on_host, 3);
  EXPECT_EQ(first.hosts, (JobHosts{"a", "a", "a", "b"}));
  EXPECT_EQ(first.warning, "");
  EXPECT_EQ(plan_launch(places, 3, 0, 0, Launcher::mpirun).threads, 4);
}

TEST(Launch, MoreRanksThanCoresGetOneThread) {
  const std::vector<RankPlace> places(8, place("a", {0, 1}, 2));
  EXPECT_EQ(plan_launch(places, 5, 0, 0, Launcher::mpirun).threads, 1);
  EXPECT_EQ(plan_launch(places, 5, 0, 0, Launcher::mpirun).warning, "");
}

TEST(Launch, ThreadsBoundToTooFewCoresGetTheCorrectedLine) {
  const std::vector<RankPlace> places = {place("a", {0}, 8), place("a", {1}, 8)};
  const LaunchReport report = plan_launch(places, 1, 4, 0, Launcher::mpirun);
  EXPECT_THAT(report.warning, HasSubstr("the 4 threads of rank 0 share 1 of the 8 cores of a"));
  EXPECT_THAT(report.warning, HasSubstr("mpirun -n 2 --map-by slot:PE=4 trainer"));
  EXPECT_EQ(report.warning, plan_launch(places, 0, 4, 0, Launcher::mpirun).warning);
  EXPECT_THAT(plan_launch(places, 0, 5, 0, Launcher::mpirun).warning, HasSubstr("--bind-to none"));
}

TEST(Launch, BoundRanksThatLeaveCoresIdleGetTheCorrectedLine) {
  const std::vector<RankPlace> places = {place("a", {0}, 8), place("a", {1}, 8)};
  EXPECT_THAT(plan_launch(places, 0, 0, 0, Launcher::mpirun).warning, HasSubstr("--map-by slot:PE=4"));
  EXPECT_THAT(plan_launch(places, 0, 0, 0, Launcher::other).warning, HasSubstr("srun -n 2 --cpus-per-task=4"));
  EXPECT_EQ(plan_launch(places, 0, 1, 0, Launcher::mpirun).warning, "");
  EXPECT_EQ(plan_launch(places, 0, 0, 1, Launcher::mpirun).warning, "");
  EXPECT_EQ(plan_launch(places, 0, 0, 0, Launcher::none).warning, "");
}

TEST(Launch, RanksThatHaveTheirFairShareAreNotWarned) {
  const std::vector<RankPlace> places = {place("a", {0}, 2), place("a", {1}, 2)};
  EXPECT_EQ(plan_launch(places, 0, 0, 0, Launcher::mpirun).warning, "");
}

TEST(Launch, SurveySeesThisProcess) {
  SerialCommunicator comm;
  const LaunchReport report = survey_cores(comm, 0, {});
  EXPECT_GE(report.allowed_cores, 1);
  EXPECT_EQ(report.threads, report.allowed_cores);
  EXPECT_EQ(report.hosts, JobHosts{host_name()});
  EXPECT_EQ(survey_cores(comm, 0, {{"OMP_NUM_THREADS", "3,2"}}).threads, 3);
}

}  // namespace
}  // namespace lockstep
