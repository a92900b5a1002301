#include "run/job_hosts.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

std::optional<SchedulerJob> job_17(const char* variable) {
  return scheduler_job([variable](const std::string& name) {
    return name == variable ? std::optional<std::string>("17") : std::nullopt;
  });
}

TEST(JobHosts, AreToldInTheOrderOfTheirRanksWithTheJob) {
  EXPECT_EQ(place_text(std::nullopt, {"a"}), "running on a (1 rank)");
  EXPECT_EQ(place_text(job_17("PBS_JOBID"), {"a", "a"}), "PBS job 17 on a (2 ranks)");
  EXPECT_EQ(place_text(job_17("SLURM_JOB_ID"), {"b", "b", "a"}), "Slurm job 17 on 2 hosts: b (2 ranks), a (1 rank)");
  EXPECT_EQ(place_text(job_17("LSB_JOBID"), {"a", "b", "a"}), "LSF job 17 on 2 hosts: a (2 ranks), b (1 rank)");
}

TEST(JobHosts, OfManyAFewAreNamed) {
  JobHosts hosts;
  for (int rank = 0; rank < 100; ++rank) {
    hosts.push_back("n" + std::to_string(rank));
  }
  const std::string text = place_text(std::nullopt, hosts);
  EXPECT_TRUE(text.starts_with("running on 100 hosts: n0 (1 rank), n1 (1 rank)")) << text;
  EXPECT_TRUE(text.ends_with("n7 (1 rank) and 92 more")) << text;
}

TEST(JobHosts, RanksBesideARankAreThoseOfItsHost) {
  const JobHosts hosts = {"a", "b", "a"};
  EXPECT_EQ(ranks_beside(hosts, 0), 2);
  EXPECT_EQ(ranks_beside(hosts, 1), 1);
}

}  // namespace
}  // namespace lockstep
