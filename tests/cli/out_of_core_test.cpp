/// Rows that do not fit the memory are read from their file in every pass, to the same bits.
#include "cli/trainer.h"
#include "io/hdf5_image.h"
#include "lockstep/base/types.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Index kRows = 9000;
constexpr Index kFeatures = 60;

double value_of(Index i, Index j) {
  return std::sin(static_cast<double>((i + 3) * (2 * j + 1) % 10007)) * (j % 7 == 0 ? 100 : 1);
}

double label_of(Index i) {
  return value_of(i, 1) - 0.5 * value_of(i, 2) + value_of(i, 3) > 0.2 * std::cos(static_cast<double>(i)) ? 1 : 0;
}

void write_file(const std::string& path, Hdf5ImageWriter& image) {
  const std::vector<std::byte> bytes = image.finish();
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
}

std::vector<double> labels() {
  std::vector<double> y;
  for (Index i = 0; i < kRows; ++i) {
    y.push_back(label_of(i));
  }
  return y;
}

void write_dense(const std::string& path) {
  std::vector<double> x;
  for (Index i = 0; i < kRows; ++i) {
    for (Index j = 0; j < kFeatures; ++j) {
      x.push_back(value_of(i, j));
    }
  }
  Hdf5ImageWriter image;
  image.write("/X", x, {kRows, kFeatures});
  image.write("/y", labels());
  write_file(path, image);
}

/// Every tenth entry, and some columns that no row has.
void write_sparse(const std::string& path) {
  std::vector<double> value;
  std::vector<std::int64_t> column;
  std::vector<std::int64_t> start = {0};
  for (Index i = 0; i < kRows; ++i) {
    for (Index j = 0; j < kFeatures; ++j) {
      if ((i + j * j) % 10 < 4) {
        column.push_back(j * 20);
        value.push_back((i + j) % 31 == 0 ? 0 : value_of(i, j));  // a zero that is stored
      }
    }
    start.push_back(std::ssize(column));
  }
  Hdf5ImageWriter image;
  image.write("/X/data", value);
  image.write("/X/indices", column);
  image.write("/X/indptr", start);
  image.write("/X/shape", std::vector<std::int64_t>{kRows, kFeatures * 20});
  image.write("/y", labels());
  write_file(path, image);
}

struct Case {
  std::string name;
  Arguments options;
  std::string memory;           ///< on few ranks
  std::string memory_of_eight;  ///< empty: not tried
  bool is_sparse = false;
  int few = 3;  ///< ranks
  friend void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }
};

class OutOfCore : public ::testing::TestWithParam<Case> {
 protected:
  Arguments training(const std::string& run, const Arguments& more = {}) const {
    return Arguments{"train", "--data", data_, "--run", scratch_.path(run)} + GetParam().options + more;
  }

  void SetUp() override { GetParam().is_sparse ? write_sparse(data_) : write_dense(data_); }

  const Scratch scratch_;
  const std::string data_ = scratch_.path("rows.h5");
};

TEST_P(OutOfCore, GivesTheBitsOfMemoryOnAnyRanksAndWhenResumed) {
  const auto resident = launch_well(0, 2, training("resident"));
  EXPECT_THAT(resident.text(), Not(HasSubstr("streamed")));
  for (const auto& [ranks, threads] : {std::pair(0, 2), std::pair(GetParam().few, 1), std::pair(8, 1)}) {
    const std::string run = std::to_string(ranks);
    const std::string& memory = ranks == 8 ? GetParam().memory_of_eight : GetParam().memory;
    if (memory.empty()) {
      continue;
    }
    const auto streamed = launch_well(ranks, threads, training(run, {"--memory", memory}));
    EXPECT_THAT(streamed.text(), HasSubstr("streamed: features stay in "));
    EXPECT_EQ(sha_of(scratch_.path(run)), sha_of(scratch_.path("resident")));
    EXPECT_EQ(summary_of(scratch_.path(run)).at("metrics"), summary_of(scratch_.path("resident")).at("metrics"));
    EXPECT_EQ(summary_of(scratch_.path(run)).at("data_fingerprint"),
              summary_of(scratch_.path("resident")).at("data_fingerprint"));
  }
  // From a checkpoint of rows in memory to rows that are streamed, on other ranks.
  const std::vector<std::string> checkpoints = checkpoints_of(scratch_.path("resident"));
  ASSERT_GE(checkpoints.size(), 2U);
  std::filesystem::remove(checkpoints.front());
  std::filesystem::remove(scratch_.path("resident") + "/summary.json");
  launch_well(2, 1, training("resident", {"--memory", GetParam().memory}));
  EXPECT_EQ(sha_of(scratch_.path("resident")), sha_of(scratch_.path("0")));
}

const Arguments kLogistic = {"--model", "logistic", "--l2", "1e-3", "--checkpoint-every", "1i"};

INSTANTIATE_TEST_SUITE_P(
    Optimizers, OutOfCore,
    ::testing::Values(
        Case{"Lbfgs", kLogistic + Arguments{"--optimizer", "lbfgs", "--max-iterations", "12"}, "6M", "8M"},
        Case{"Newton", kLogistic + Arguments{"--optimizer", "newton", "--validation", "0.2"}, "6M", "8M"},
        Case{"NewtonCg", kLogistic + Arguments{"--optimizer", "newton-cg"}, "3M", "4.6M", true},
        Case{"Softmax", kLogistic + Arguments{"--model", "softmax", "--optimizer", "lbfgs", "--max-iterations", "6"},
             "7.5M", ""},
        Case{"Sgd",
             kLogistic + Arguments{"--optimizer", "sgd", "--batch-size", "100", "--epochs", "2", "--lanes", "2",
                                   "--checkpoint-every", "70i"},
             "8.2M", "", false, 2},
        Case{"SgdSparse",
             kLogistic + Arguments{"--optimizer", "sgd", "--epochs", "2", "--lanes", "2", "--checkpoint-every", "70i"},
             "5.1M", "", true, 2},
        Case{"Mlp",
             {"--model", "mlp", "--hidden", "8", "--optimizer", "adam", "--epochs", "2", "--batch-size", "128",
              "--checkpoint-every", "1e"},
             "8.2M",
             "",
             false,
             2}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace lockstep::testing
