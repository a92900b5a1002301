/// Same bits on every layout of ranks and threads.
#pragma once

#include "cli/trainer.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace lockstep::testing {

inline const std::vector<Layout> kLayouts = {{0, 1}, {0, 3}, {1, 2}, {2, 1}, {2, 2}, {3, 1},
                                             {3, 3}, {5, 1}, {5, 2}, {8, 1}, {8, 3}};

inline const Arguments kNewton = {"--optimizer", "newton", "--l2", "1e-2"};
inline const Arguments kSgd = {"--optimizer", "sgd",    "--l2",         "1e-2", "--momentum", "0.9",
                               "--schedule",  "cosine", "--batch-size", "64",   "--epochs",   "2"};

/// Trains on every layout: model.h5, every checkpoint and the hash of every step are those of the first.
inline void expect_same_bits_on(const std::vector<Layout>& layouts, const Arguments& options) {
  const Scratch scratch;
  std::string first;
  for (const Layout& layout : layouts) {
    SCOPED_TRACE(to_string(layout));
    const std::string run = scratch.path(std::to_string(layout.ranks) + "x" + std::to_string(layout.threads));
    const auto result = launch_well(layout.ranks, layout.threads, Arguments{"train", "--run", run} + options);
    ASSERT_EQ(result.exit_code, 0);
    ASSERT_EQ(summary_of(run).at("ranks"), std::max(layout.ranks, 1));
    ASSERT_EQ(summary_of(run).at("threads"), layout.threads);
    if (first.empty()) {
      first = run;
      continue;
    }
    EXPECT_EQ(sha_of(run), sha_of(first));
    EXPECT_EQ(summary_of(run).at("objective"), summary_of(first).at("objective"));
    EXPECT_EQ(summary_of(run).at("metrics"), summary_of(first).at("metrics"));
    EXPECT_TRUE(content_of(run + "/model.h5") == content_of(first + "/model.h5"));
    const auto checkpoints = checkpoints_of(run);
    const auto expected = checkpoints_of(first);
    ASSERT_EQ(checkpoints.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(checkpoints[i].substr(run.size()), expected[i].substr(first.size()));
      EXPECT_TRUE(content_of(checkpoints[i]) == content_of(expected[i])) << checkpoints[i];
    }
    const auto metrics = metrics_of(run);
    const auto metrics_expected = metrics_of(first);
    ASSERT_EQ(metrics.size(), metrics_expected.size());
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      EXPECT_EQ(metrics[i].at("parameters_hash"), metrics_expected[i].at("parameters_hash")) << "record " << i;
    }
  }
}

}  // namespace lockstep::testing
