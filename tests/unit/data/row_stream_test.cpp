#include "data/row_stream.h"

#include "data/text_error.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"

#include <algorithm>
#include <numeric>

#include "unit/data/data_files.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Labels that went out, and what they were recoded to.
struct Labels {
  std::vector<double> out;
  std::vector<std::string> classes;
};

/// `part` labels are taken at a time.
Labels stream(const std::vector<std::string>& texts, std::size_t part, LabelKind kind = LabelKind::real) {
  Labels labels;
  LabelStream stream(kind, false, {}, [&](const std::function<double(double)>& value) {
    std::ranges::transform(labels.out, labels.out.begin(), value);
  });
  const auto take = [&] {
    const std::vector<double> more = stream.take();
    labels.out.insert(labels.out.end(), more.begin(), more.end());
  };
  for (std::size_t i = 0; i < texts.size(); ++i) {
    stream.add(texts[i], 0);
    if ((i + 1) % part == 0) {
      take();
    }
  }
  take();
  std::vector<std::string> notices;
  labels.classes = stream.finish({"f.csv", "", ""}, notices);
  return labels;
}

TEST(LabelStream, NumbersStayNumbersUntilATextComes) {
  for (const std::size_t part : {1U, 2U, 3U, 100U}) {
    Labels labels = stream({"3", "-1.5", "1e2", "+7"}, part);
    EXPECT_THAT(labels.out, ElementsAre(3, -1.5, 100, 7));
    EXPECT_THAT(labels.classes, IsEmpty());
    labels = stream({"3", "1.50", "3", "b", "a", "1.5"}, part);
    EXPECT_THAT(labels.classes, ElementsAre("1.5", "3", "a", "b"));
    EXPECT_THAT(labels.out, ElementsAre(1, 0, 1, 3, 2, 0));
    labels = stream({"8", "007", "9"}, part);  // a code, not the number 7
    EXPECT_THAT(labels.classes, ElementsAre("007", "8", "9"));
    EXPECT_THAT(labels.out, ElementsAre(1, 0, 2));
    labels = stream({"10", "9", "10"}, part, LabelKind::classes);
    EXPECT_THAT(labels.classes, ElementsAre("9", "10"));
    EXPECT_THAT(labels.out, ElementsAre(1, 0, 1));
  }
}

TEST(LabelStream, RefusesWhatTrainingDoes) {
  EXPECT_THROW(stream({"1", "NA"}, 2), ContentError);
  EXPECT_THROW(stream({"a", "inf"}, 2), ContentError);
  EXPECT_THROW(stream({"1", "1,5", "2"}, 2), MiswrittenLabels);
  EXPECT_THROW(stream({"1", "-1"}, 1, LabelKind::non_negative), ContentError);
  std::vector<std::string> many;
  for (int i = 0; i <= 1000; ++i) {
    many.push_back(std::to_string(i));
  }
  EXPECT_THAT(stream(many, 10).classes, IsEmpty());
  many.emplace_back("text");
  EXPECT_THROW(stream(many, 10), DataError);
}

TEST(RowStream, HoldsFewRowsAndPassesAllOn) {
  FileOutline outline;
  outline.schema = schema_of_names(2, {}, "y", {});
  outline.schema.columns.push_back({.name = "o", .role = ColumnRole::offset});
  outline.schema.columns.push_back({.name = "e", .role = ColumnRole::exposure});
  const Index y = outline.schema.place(ColumnRole::label);
  ReadSettings settings;
  std::int64_t rows = 0;
  std::int64_t most = 0;
  std::vector<double> sum(4, 0.0);
  RowStream stream(
      outline, settings, Scalar::float64,
      [&](const RowBlock& block) {
        rows += block.rows;
        most = std::max({most, block.rows, std::ssize(block.dense), std::ssize(block.label)});
        sum[0] = std::accumulate(block.dense.begin(), block.dense.end(), sum[0]);
        sum[1] = std::accumulate(block.label.begin(), block.label.end(), sum[1]);
        sum[2] = std::accumulate(block.offset.begin(), block.offset.end(), sum[2]);
      },
      [](const auto&) {});
  constexpr int n = 100'000;
  const std::vector<double> x = {1, 2};
  for (int i = 0; i < n; ++i) {
    stream.number(y, 0.5);
    stream.number(y + 1, 3);
    stream.number(y + 2, 1);
    stream.features(x);
    stream.end_row();
  }
  std::vector<std::string> notices;
  EXPECT_THAT(stream.finish({}, notices), IsEmpty());
  EXPECT_EQ(rows, n);
  EXPECT_EQ(stream.rows(), n);
  EXPECT_LE(most, 1 << 17);
  EXPECT_THAT(sum, ElementsAre(3.0 * n, 0.5 * n, 3.0 * n, 0));
}

TEST(RowStream, AFloatThatWouldBeInfiniteIsAnError) {
  FileOutline outline;
  outline.schema = schema_of_names(1, {}, "y", {});
  const ReadSettings settings;
  RowStream stream(
      outline, settings, Scalar::float32, [](const RowBlock&) {}, [](const auto&) {});
  EXPECT_THROW(stream.features(std::vector<double>{1e39}), ContentError);
  stream.features(std::vector<double>{1e38});
}

}  // namespace
}  // namespace lockstep::testing
