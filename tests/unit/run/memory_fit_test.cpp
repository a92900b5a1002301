/// Rows in memory are fitted as those of a file are.
#include "lockstep/base/errors.h"
#include "lockstep/fit/fit.h"
#include "run/model_file.h"
#include "run/trainer.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "support/printing.h"
#include "support/recording_console.h"
#include "support/thread_communicator.h"
#include "unit/io/temporary_folder.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Index kRows = 300;
constexpr Index kFeatures = 3;

/// All rows of a table; shares of it are handed to ranks.
struct Table {
  std::vector<double> x, label, weight, offset;

  explicit Table(const std::function<double(Index)>& label_of_row) {
    for (Index i = 0; i < kRows; ++i) {
      for (Index j = 0; j < kFeatures; ++j) {
        x.push_back(std::sin(static_cast<double>((i + 1) * (2 * j + 1))) * (j == 1 ? 1e6 : 1));
      }
      label.push_back(label_of_row(i));
      weight.push_back(1 + static_cast<double>(i % 3));
      offset.push_back(0.125 * static_cast<double>(i % 2));
    }
  }

  MemoryRows share(int rank, int ranks) const {
    const auto begin = static_cast<std::size_t>(kRows * rank / ranks);
    const auto end = static_cast<std::size_t>(kRows * (rank + 1) / ranks);
    MemoryRows rows;
    rows.rows = static_cast<Index>(end - begin);
    rows.features = kFeatures;
    rows.x = std::span(x).subspan(begin * kFeatures, (end - begin) * kFeatures);
    rows.label = std::span(label).subspan(begin, end - begin);
    rows.weight = std::span(weight).subspan(begin, end - begin);
    rows.offset = std::span(offset).subspan(begin, end - begin);
    return rows;
  }

  std::string csv() const {
    std::string text = "a,b,c,y,w,o\n";
    for (std::size_t i = 0; i < kRows; ++i) {
      text += fmt::format("{},{},{},{},{},{}\n", x[3 * i], x[3 * i + 1], x[3 * i + 2], label[i], weight[i], offset[i]);
    }
    return text;
  }
};

double number_label(Index i) {
  return 1 + static_cast<double>(i % 5);
}

/// Classes 7 and 40.
double class_label_of(Index i) {
  return i % 4 == 0 || i % 7 == 0 ? 40 : 7;
}

FittedModel fitted(const Table& table, const LearningSettings& settings, int ranks) {
  FittedModel result;
  run_ranks(ranks, [&](Communicator& comm) {
    const FittedModel mine = fit(table.share(comm.rank(), ranks), settings, Execution(comm, 2));
    if (comm.rank() == 0) {
      result = mine;
    }
  });
  return result;
}

Vector trained(const Table& table, const LearningSettings& learning) {
  const TemporaryFolder folder;
  write_text(folder / "t.csv", table.csv());
  TrainSettings settings;
  static_cast<LearningSettings&>(settings) = learning;
  settings.data.path = folder / "t.csv";
  settings.data.label_column = "y";
  settings.data.weight_column = "w";
  settings.data.offset_column = "o";
  settings.run.folder = folder / "run";
  RecordingConsole console;
  train(settings, Execution(), {host_name()}, console);
  SerialCommunicator comm;
  return load_model(folder / "run/model.h5", comm).parameters;
}

class MemoryFit : public ::testing::TestWithParam<std::pair<const char*, OptimizerKind>> {
 protected:
  static LearningSettings settings() {
    LearningSettings settings;
    settings.model.kind = model_kind(GetParam().first);
    settings.penalty.l2 = 1e-3;
    settings.fit.optimizer = GetParam().second;
    settings.fit.epochs = 3;
    if (settings.fit.optimizer->is_mini_batch()) {
      settings.fit.learning_rate = 1e-13;
    }
    return settings;
  }
};

TEST_P(MemoryFit, GivesTheBitsOfTheTrainerOnAnyRanks) {
  const Table table(settings().model.task() == Task::binary ? class_label_of : number_label);
  const Vector expected = trained(table, settings());
  for (const int ranks : {1, 2, 3, 5}) {
    EXPECT_EQ(fitted(table, settings(), ranks).parameters, expected) << ranks << " ranks";
  }
}

INSTANTIATE_TEST_SUITE_P(Fits, MemoryFit,
                         ::testing::Values(std::pair("logistic", OptimizerKind()),
                                           std::pair("poisson", OptimizerKind("lbfgs")),
                                           std::pair("linear", OptimizerKind("sgd"))),
                         [](const auto& test) { return std::string(test.param.first); });

TEST(FitOfRows, TellsTheClasses) {
  LearningSettings settings;
  settings.penalty.l2 = 1;
  const FittedModel model = fitted(Table(class_label_of), settings, 2);
  EXPECT_EQ(model.summary.status, Summary::Status::converged);
  EXPECT_THAT(model.classes, ElementsAre(7, 40));
  EXPECT_EQ(model.outputs, 1);
  EXPECT_EQ(model.parameters.size(), kFeatures + 1);
}

/// Every rank is told, and with the number that the row has among all.
std::string refusal(const std::function<void(MemoryRows&, int rank)>& spoil, const LearningSettings& settings = {}) {
  constexpr int kRanks = 3;
  const Table table(class_label_of);
  std::vector<std::string> said(kRanks, "accepted");
  run_ranks(kRanks, [&](Communicator& comm) {
    MemoryRows rows = table.share(comm.rank(), kRanks);
    spoil(rows, comm.rank());
    try {
      fit(rows, settings, Execution(comm, 1));
    } catch (const Error& error) {
      EXPECT_TRUE(is_agreed(error)) << error.what();
      said[static_cast<std::size_t>(comm.rank())] = error.what();
    }
  });
  EXPECT_THAT(said, ::testing::Each(said[0]));
  return said[0];
}

TEST(FitOfRows, RefusesRowsThatAreNone) {
  std::vector<double> odd(kFeatures * 100, 1);
  odd[kFeatures * 4 + 1] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(refusal([&](MemoryRows& rows, int rank) {
              if (rank == 1) {
                rows.x = odd;
              }
            }),
            "rows in memory: row 105, feature 2: inf is not finite");
  std::vector<double> negative(100, 1);
  negative[9] = -1;
  EXPECT_THAT(refusal([&](MemoryRows& rows, int rank) {
                if (rank == 2) {
                  rows.weight = negative;
                }
              }),
              HasSubstr("row 210: weight must be at least 0"));
  EXPECT_THAT(refusal([](MemoryRows& rows, int) { rows.label = rows.label.subspan(1); }),
              HasSubstr("label: 99 numbers, 100 wanted"));
  EXPECT_THAT(refusal([](MemoryRows& rows, int rank) {
                if (rank == 0) {
                  rows.offset = {};
                }
              }),
              HasSubstr("some ranks have weights or offsets"));
  EXPECT_THAT(refusal([](MemoryRows& rows, int) { rows = {.features = kFeatures}; }), HasSubstr("no rows"));
}

TEST(FitOfRows, RefusesSettingsThatDoNotFit) {
  const auto keep = [](MemoryRows&, int) {};
  LearningSettings settings;
  settings.penalty.l2 = -1;
  settings.fit.patience = 0;
  EXPECT_THAT(refusal(keep, settings), HasSubstr("l2 = -1"));
  settings.penalty.l2 = 0;
  settings.fit.patience = 3;
  EXPECT_THAT(refusal(keep, settings), HasSubstr("no rows are held out"));
  settings.fit.patience = 0;
  settings.fit.optimizer = OptimizerKind("newton");
  settings.fit.batch_size = 7;
  EXPECT_THAT(refusal(keep, settings), HasSubstr("is for the mini-batch optimizers"));
  settings.fit.batch_size = 0;
  settings.model.kind = model_kind("mlp");
  settings.fit.optimizer = OptimizerKind();
  EXPECT_THAT(refusal([](MemoryRows& rows, int) { rows = {.rows = rows.rows, .label = rows.label}; }, settings),
              HasSubstr("a network needs features"));
  settings.model.kind = model_kind("softmax");
  EXPECT_THAT(refusal(keep, settings), HasSubstr("offset: is for models with one margin"));
}

}  // namespace
}  // namespace lockstep::testing
