#include "data/fingerprint.h"

#include "io/hdf5_image.h"

#include <algorithm>
#include <random>

#include "unit/data/data_files.h"
#include <fmt/format.h>

namespace lockstep::testing {
namespace {

/// One set of values in the three formats.
class Fingerprint : public ::testing::Test {
 protected:
  static constexpr int kRows = 41;
  static constexpr int kFeatures = 6;

  Fingerprint() {
    std::mt19937_64 random(3);
    for (int i = 0; i < kRows; ++i) {
      y_.push_back(i % 3 == 0 ? 1 : -1);
      for (int j = 0; j < kFeatures; ++j) {
        const bool is_zero = random() % 3 == 0 && !(i == 7 && j == kFeatures - 1);
        x_.push_back(is_zero ? 0 : static_cast<double>(random() >> 11) * 0x1p-53 - 0.5);
      }
    }
  }

  double& x(int i, int j) { return x_[static_cast<std::size_t>(i * kFeatures + j)]; }
  double y(int i) const { return y_[static_cast<std::size_t>(i)]; }

  ReadSettings csv(LabelKind kind) {
    std::string text = "a,b,c,d,e,f,label\n";
    for (int i = 0; i < kRows; ++i) {
      for (int j = 0; j < kFeatures; ++j) {
        text += fmt::format("{:.17g},", x(i, j));
      }
      text += fmt::format("{}\n", y(i));
    }
    return of(data_file(folder_, "data.csv", text), kind);
  }

  ReadSettings libsvm(LabelKind kind) {
    std::string text;
    for (int i = 0; i < kRows; ++i) {
      text += fmt::format("{:+}", y(i));
      for (int j = 0; j < kFeatures; ++j) {
        text += x(i, j) == 0 ? "" : fmt::format(" {}:{:.17g}", j + 1, x(i, j));
      }
      text += '\n';
    }
    return of(data_file(folder_, "data.libsvm", text), kind);
  }

  ReadSettings hdf5(LabelKind kind) {
    Hdf5ImageWriter writer;
    writer.write("/X", x_, {kRows, kFeatures});
    writer.write("/y", y_);
    ReadSettings settings;
    settings.path = folder_ / "data.h5";
    write_bytes(settings.path, writer.finish());
    return of(settings, kind);
  }

  static ReadSettings of(ReadSettings settings, LabelKind kind) {
    settings.label_kind = kind;
    return settings;
  }

  TemporaryFolder folder_;
  std::vector<double> x_;
  std::vector<double> y_;
};

TEST_F(Fingerprint, IsOfTheValuesNotOfTheFormatOrTheRanks) {
  for (const LabelKind kind : {LabelKind::real, LabelKind::classes}) {
    const std::uint64_t expected = fingerprint_on(1, csv(kind));
    for (const int ranks : kRankCounts) {
      EXPECT_EQ(fingerprint_on(ranks, csv(kind)), expected) << ranks;
      EXPECT_EQ(fingerprint_on(ranks, libsvm(kind)), expected) << ranks;
      EXPECT_EQ(fingerprint_on(ranks, hdf5(kind)), expected) << ranks;
    }
  }
}

TEST_F(Fingerprint, NegativeZeroCountsAsZero) {
  x(3, 2) = 0;
  const std::uint64_t expected = fingerprint_on(1, hdf5(LabelKind::real));
  x(3, 2) = -0.0;
  EXPECT_EQ(fingerprint_on(1, hdf5(LabelKind::real)), expected);
}

TEST_F(Fingerprint, ChangesWithAnyValueLabelOrOrder) {
  std::set<std::uint64_t> seen = {fingerprint_on(1, hdf5(LabelKind::real))};
  const auto is_new = [&] { return seen.insert(fingerprint_on(2, hdf5(LabelKind::real))).second; };
  x(40, 5) += 0x1p-50;
  EXPECT_TRUE(is_new());
  y_[9] = -y_[9];
  EXPECT_TRUE(is_new());
  std::swap_ranges(&x(1, 0), &x(2, 0), &x(2, 0));
  EXPECT_TRUE(is_new());
  std::swap(x(5, 0), x(5, 1));
  EXPECT_TRUE(is_new());
}

TEST_F(Fingerprint, UnitWeightsAndZeroOffsetsAreAsNone) {
  const std::string rows = "a,w,o,y\n1,1,0,3\n2,1,-0,4\n";
  ReadSettings with = data_file(folder_, "with.csv", rows);
  with.weight_column = "w";
  with.offset_column = "o";
  ReadSettings without = data_file(folder_, "without.csv", "a,y\n1,3\n2,4\n");
  EXPECT_EQ(fingerprint_on(2, with), fingerprint_on(1, without));
  ReadSettings weighted = data_file(folder_, "weighted.csv", "a,w,y\n1,1,3\n2,2,4\n");
  weighted.weight_column = "w";
  EXPECT_NE(fingerprint_on(2, weighted), fingerprint_on(1, without));
}

}  // namespace
}  // namespace lockstep::testing
