/// The same values in every format: the same bits, whatever the ranks.
#include "cli/trainer.h"

#include <algorithm>
#include <string>
#include <vector>

#include "support/numpy_files.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kRows = 60;

struct Table {
  std::string csv = "a,b,y\n";
  std::string commas = "a;b;y\n";
  std::string ranked;
  std::vector<double> x;
  std::vector<double> columns = std::vector<double>(2 * kRows);
  std::vector<std::int64_t> y;
};

Table made_table() {
  Table table;
  for (int i = 0; i < kRows; ++i) {
    const double a = i % 7 + 0.5;
    const double b = i % 11 - 4.25;
    const int label = (a + b > 1) != (i % 9 == 0) ? 1 : 0;
    table.csv += fmt::format("{},{},{}\n", a, b, label);
    std::string commas = fmt::format("{};{};{}\n", a, b, label);
    std::ranges::replace(commas, '.', ',');
    table.commas += commas;
    table.ranked += fmt::format("{} qid:{} 1:{} 2:{}\n", label, i / 5, a, b);
    table.x.insert(table.x.end(), {a, b});
    table.columns[static_cast<std::size_t>(i)] = a;
    table.columns[static_cast<std::size_t>(kRows + i)] = b;
    table.y.push_back(label);
  }
  return table;
}

TEST(Formats, OfTheSameValuesGiveTheSameBits) {
  const Scratch scratch;
  const Table table = made_table();
  const std::string y = npy_file("<i8", "(60,)", bytes_of(table.y));
  const std::string x_by_columns = npy_file("<f8", "(60, 2)", bytes_of(table.columns), true);
  scratch.write("y.npy", y);
  const std::vector<Arguments> files = {
      {scratch.write("data.csv", table.csv)},
      {scratch.write("commas.csv", table.commas)},
      {scratch.write("ranked.svm", table.ranked), "--skip-qid"},
      {scratch.write("X.npy", npy_file("<f8", "(60, 2)", bytes_of(table.x)))},
      {scratch.write("data.npz", zip_file({{"X.npy", x_by_columns}, {"t.npy", y}}, true)), "--y-name", "t"}};
  std::string first;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string run = scratch.path("run" + std::to_string(i));
    const ProcessResult result =
        launch_well(i % 2 == 0 ? 0 : 3, 1, Arguments{"train", "--l2", "0.1", "--run", run, "--data"} + files[i]);
    first = i == 0 ? sha_of(run) : first;
    EXPECT_EQ(sha_of(run), first) << files[i].front();
    if (i == 1) {
      EXPECT_THAT(result.err, HasSubstr("commas.csv: numbers are taken to have decimal commas"));
    }
  }
  launch_well(0, 1, {"evaluate", "--model-file", scratch.path("run0/model.h5"), "--data", scratch.path("X.npy")});
}

}  // namespace
}  // namespace lockstep::testing
