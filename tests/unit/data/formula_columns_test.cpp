// What a formula makes of the columns of a CSV file.
#include "data/formula_design.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "unit/data/data_files.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

const std::string kTable =
    "a,b,m,x,z,y\nu,p,10,1,2,0\nv,q,9,2,-1,0\nw,p,10,3,0,0\nu,q,9,4,3,0\nv,q,11,5,1,0\n"
    "w,p,11,6,5,0\nu,p,9,7,4,0\nv,q,10,8,-2,0\n";

class FormulaColumns : public ::testing::Test {
 protected:
  ReadSettings file(const std::string& content, const std::string& formula) {
    ReadSettings settings = data_file(folder_, "data.csv", content);
    settings.formula = {formula};
    return settings;
  }

  /// X row by row, which all numbers of ranks read alike, to the bit.
  Numbers rows_of(const ReadSettings& settings) {
    Numbers first;
    for (const int ranks : kRankCounts) {
      const RawData data = read_on(ranks, settings);
      EXPECT_TRUE(ranks == 1 || data.schema == schema_) << ranks << " ranks";
      schema_ = data.schema;
      notices_ = data.notices;
      const Numbers rows = dense_rows(data.block);
      EXPECT_TRUE(first.empty() || rows == first) << ranks << " ranks";
      first = rows;
    }
    return first;
  }

  TemporaryFolder folder_;
  Schema schema_;
  Names notices_;
};

/// Names of columns and Σ i·j·X_ij, i and j from 1, as patsy 0.5.3 has them for the table above, without its Intercept;
/// np. left out.
struct Coding {
  std::string formula;
  Names names;
  double sum;
};

TEST_F(FormulaColumns, AreCodedAsPatsyCodesThem) {
  const std::vector<Coding> cases = {
      {"y ~ a", {"a[T.v]", "a[T.w]"}, 33},
      {"y ~ 0 + a", {"a[u]", "a[v]", "a[w]"}, 69},
      {"y ~ x + a", {"a[T.v]", "a[T.w]", "x"}, 645},
      {"y ~ a:b", {"b[T.q]", "a[T.v]:b[p]", "a[T.w]:b[p]", "a[T.v]:b[q]", "a[T.w]:b[q]"}, 106},
      {"y ~ 0 + a:b", {"a[u]:b[p]", "a[v]:b[p]", "a[w]:b[p]", "a[u]:b[q]", "a[v]:b[q]", "a[w]:b[q]"}, 126},
      {"y ~ a:x", {"a[u]:x", "a[v]:x", "a[w]:x"}, 387},
      {"y ~ x + a:x", {"x", "a[T.v]:x", "a[T.w]:x"}, 525},
      {"y ~ a*b", {"a[T.v]", "a[T.w]", "b[T.q]", "a[T.v]:b[T.q]", "a[T.w]:b[T.q]"}, 150},
      {"y ~ 0 + a*b", {"a[u]", "a[v]", "a[w]", "b[T.q]", "a[T.v]:b[T.q]", "a[T.w]:b[T.q]"}, 220},
      {"y ~ b + a:b", {"b[T.q]", "a[T.v]:b[p]", "a[T.w]:b[p]", "a[T.v]:b[q]", "a[T.w]:b[q]"}, 106},
      {"y ~ x:a + a + z", {"a[T.v]", "a[T.w]", "x:a[u]", "x:a[v]", "x:a[w]", "z"}, 1182},
      {"y ~ 0 + x:a:b + b",
       {"b[p]", "b[q]", "x:a[u]:b[p]", "x:a[v]:b[p]", "x:a[w]:b[p]", "x:a[u]:b[q]", "x:a[v]:b[q]", "x:a[w]:b[q]"},
       1177},
      {"y ~ a*b*x",
       {"a[T.v]", "a[T.w]", "b[T.q]", "a[T.v]:b[T.q]", "a[T.w]:b[T.q]", "x", "a[T.v]:x", "a[T.w]:x", "b[T.q]:x",
        "a[T.v]:b[T.q]:x", "a[T.w]:b[T.q]:x"},
       4296},
      {"y ~ (a + b + x)**2",
       {"a[T.v]", "a[T.w]", "b[T.q]", "a[T.v]:b[T.q]", "a[T.w]:b[T.q]", "x", "a[T.v]:x", "a[T.w]:x", "b[T.q]:x"},
       3366},
      {"y ~ x + C(m)", {"C(m)[T.10]", "C(m)[T.11]", "x"}, 646},
      {"y ~ C(m, Treatment(10)):a",
       {"a[T.v]", "a[T.w]", "C(m, Treatment(10))[T.9]:a[u]", "C(m, Treatment(10))[T.11]:a[u]",
        "C(m, Treatment(10))[T.9]:a[v]", "C(m, Treatment(10))[T.11]:a[v]", "C(m, Treatment(10))[T.9]:a[w]",
        "C(m, Treatment(10))[T.11]:a[w]"},
       154},
      {"y ~ 0 + z + a:x + x + b:a:x",
       {"z", "x", "a[T.v]:x", "a[T.w]:x", "b[T.q]:a[u]:x", "b[T.q]:a[v]:x", "b[T.q]:a[w]:x"},
       1564},
      {"y ~ np.log(x) + I(x**2 - 3*z) + np.sqrt(x):a",
       {"log(x)", "I(x ** 2 - 3 * z)", "sqrt(x):a[u]", "sqrt(x):a[v]", "sqrt(x):a[w]"},
       2625.852926396},
      {"y ~ a*b - a", {"b[T.q]", "a[T.v]:b[p]", "a[T.w]:b[p]", "a[T.v]:b[q]", "a[T.w]:b[q]"}, 106},
      {"y ~ z:x + a - 1", {"a[u]", "a[v]", "a[w]", "z:x"}, 1345},
      {"y ~ C(a, Treatment('v')) + b:x - x",
       {"C(a, Treatment(\"v\"))[T.u]", "C(a, Treatment(\"v\"))[T.w]", "b[p]:x", "b[q]:x"},
       751},
      {"y ~ 0 + b:a + a", {"a[u]", "a[v]", "a[w]", "b[T.q]:a[u]", "b[T.q]:a[v]", "b[T.q]:a[w]"}, 160},
      {"y ~ a:x + a:z + x + b", {"b[T.q]", "x", "a[T.v]:x", "a[T.w]:x", "a[u]:z", "a[v]:z", "a[w]:z"}, 1228},
  };
  for (const Coding& one : cases) {
    const RawData data = read_on(2, file(kTable, one.formula));
    EXPECT_EQ(data.schema.feature_names(), one.names) << one.formula;
    const Numbers rows = dense_rows(data.block);
    const std::size_t d = one.names.size();
    ASSERT_EQ(rows.size(), 8 * d) << one.formula;
    double sum = 0;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      sum += static_cast<double>((k / d + 1) * (k % d + 1)) * rows[k];
    }
    EXPECT_NEAR(sum, one.sum, 1e-8) << one.formula;
  }
}

TEST_F(FormulaColumns, AreThoseThatItNamesAndNoOthers) {
  EXPECT_EQ(rows_of(file("k,t,s,y\n1,?,2,0\n3,x,4,1\n", "y ~ s")), (Numbers{2, 4}));
  EXPECT_THAT(schema_.input_names(), ElementsAre("s"));
  EXPECT_EQ(schema_.label_name(), "y");
  EXPECT_EQ(rows_of(file("k,t,s,y\n1,?,2,0\n3,x,4,1\n", "s ~ k:y + .-t-y")), (Numbers{0, 1, 3, 3}));
  EXPECT_THAT(schema_.feature_names(), ElementsAre("k:y", "k"));
  EXPECT_THAT(rows_of(file("k,y\n1,0\n3,1\n", "y ~ 1")), IsEmpty());
  ReadSettings settings = file("k,w,y\n1,2,0\n3,1,1\n", "y ~ .");
  settings.weight_column = "w";
  EXPECT_EQ(rows_of(settings), (Numbers{1, 3}));
  settings.formula = {"y ~ k + w"};
  EXPECT_EQ(error_on(2, settings), "78 FILE: --formula: another option drops or uses column 'w'");
}

TEST_F(FormulaColumns, AreRefusedWhereTheyAreNotThereOrOtherOptionsSayWhatTheyAre) {
  EXPECT_EQ(error_on(2, file(kTable, "y ~ x + zz")), "65 FILE:1: no column 'zz' (nearest: 'z', 'a', 'b')");
  EXPECT_EQ(error_on(2, file(kTable, "yy ~ x")), "65 FILE:1: no column 'yy' (nearest: 'y', 'a', 'b')");
  ReadSettings settings = file(kTable, "y ~ x + a");
  settings.only = {"x"};
  EXPECT_EQ(error_on(2, settings), "78 FILE: --only does not go with --formula: the formula names the columns");
  settings = file(kTable, "y ~ x + a");
  settings.categorical = {"m"};
  EXPECT_THAT(error_on(2, settings), HasSubstr("78 FILE: --categorical does not go with --formula: C(NAME) in the"));
  settings = file(kTable, "y ~ x + a");
  settings.reference_policy = ReferencePolicy::kept;
  EXPECT_THAT(error_on(2, settings), HasSubstr("78 FILE: --drop-first does not go with --formula"));
  settings = file(kTable, "y ~ x + a");
  settings.missing = MissingPolicy::indicator;
  EXPECT_THAT(error_on(2, settings), HasSubstr("78 FILE: --missing indicator does not go with --formula"));
  settings = file(kTable, "y ~ x + a");
  settings.label_column = "m";
  EXPECT_THAT(error_on(2, settings), HasSubstr("78 FILE: --label-column does not go with --formula"));
  settings = file(kTable, "y ~ x + C(a, Treatment('q'))");
  EXPECT_EQ(error_on(2, settings),
            "78 FILE: --formula: C(a, Treatment(\"q\")): column 'a' has no such level (u, v, w)");
  settings = file(kTable, "y ~ x + a");
  settings.reference = {"a=w"};
  rows_of(settings);
  EXPECT_THAT(schema_.feature_names(), ElementsAre("a[T.u]", "a[T.v]", "x"));
  settings.formula = {"y ~ C(a, Treatment('u'))"};
  EXPECT_THAT(error_on(2, settings), HasSubstr("78 FILE: --reference 'a=w': the formula has C(a, Treatment(\"u\"))"));
}

TEST_F(FormulaColumns, OfWordsAmongNumbersAndOfValuesWithoutALogarithmAreNamed) {
  EXPECT_EQ(
      error_on(2, file(kTable, "y ~ log(a)")),
      "65 FILE:2:1: text in number column 'a' (saw 'u'); the formula takes it for a number, and C(a) takes it for "
      "a category");
  expect_error(file(kTable, "y ~ x + log(z)"), "65 FILE:3:9: log(z) is no number where 'z' = -1");
  expect_error(file(kTable, "y ~ x + I(x / (z - x))"), "no error");
  expect_error(file(kTable, "y ~ I(exp(1000*x) - z)"),
               "65 FILE:2:8: I(exp(1000 * x) - z) is not finite where 'x' = 1, 'z' = 2");
  expect_error(file("x,y\n1e200,0\n1,1\n", "y ~ x:I(x + 1)"), "65 FILE:2:1: x:I(x + 1) is not finite");
  expect_error(file(kTable, "y ~ poly(m, 3)"),
               "65 FILE: poly(m, 3): there are only 3 different values; the degree must be below that");
  expect_error(file(kTable, "y ~ poly(sqrt(z), 2)"), "65 FILE:3:9: sqrt(z) is no number where 'z' = -1");
}

TEST_F(FormulaColumns, WithMissingValuesFollowThePolicyBeforeTheyAreChanged) {
  const std::string text = "x,c,q,y\n1,u,?,0\n?,u,1,1\n3,w,2,0\n8,NA,2,1\n";
  EXPECT_THAT(error_on(2, file(text, "y ~ I(x^2) + c")), HasSubstr("65 FILE:3:1: missing value in column 'x'"));
  ReadSettings settings = file(text, "y ~ I(x^2) + c");
  settings.missing = MissingPolicy::drop;
  EXPECT_EQ(rows_of(settings), (Numbers{0, 1, 1, 9}));
  settings.missing = MissingPolicy::mean;
  EXPECT_EQ(rows_of(settings), (Numbers{0, 1, 0, 16, 1, 9, 0, 64}));
  settings.formula = {"y ~ poly(x, 1)"};
  settings.missing = MissingPolicy::drop;
  rows_of(settings);
  EXPECT_EQ(schema_.formula.bases.front().centre, 4);  // of the rows that stay
}

TEST_F(FormulaColumns, OfAModelAreReadAsInTraining) {
  rows_of(file(kTable, "y ~ C(m):x + poly(z, 2) + a"));
  const Schema learned = schema_;
  EXPECT_THAT(notices_, ElementsAre(HasSubstr("taken for categories: 'a' (3 levels, reference 'u'), 'm' (3 levels, ")));
  ReadSettings other = data_file(folder_, "other.csv", "z,a,x,m,extra\n7,w,2,9,q\n2,u,1,10,q\n");
  other.label_kind = LabelKind::none;
  other.expected = learned;
  const Numbers rows = rows_of(other);
  EXPECT_EQ(schema_.feature_names(), learned.feature_names());
  ReadSettings again = file(kTable, "y ~ C(m):x + poly(z, 2) + a");
  const Numbers trained = rows_of(again);
  EXPECT_EQ(Numbers(rows.begin() + 7, rows.end()), Numbers(trained.begin(), trained.begin() + 7));
  EXPECT_EQ(rows[1], 1);  // a[T.w]
  EXPECT_EQ(rows[2], 2);  // C(m)[9]:x

  // Without a header the columns stand where they stood.
  other = data_file(folder_, "bare.csv", "w,9,2,7\n");
  other.header = HeaderPolicy::absent;
  other.label_kind = LabelKind::none;
  other.expected = learned;
  EXPECT_EQ(rows_of(other), Numbers(rows.begin(), rows.begin() + 7));

  other = data_file(folder_, "other.csv", "z,a,x,m\n7,k,2,9\n");
  other.label_kind = LabelKind::none;
  other.expected = learned;
  EXPECT_THAT(error_on(2, other), HasSubstr("65 FILE:2:3: column 'a' has no level 'k' in the model"));
  other.unknown = UnknownPolicy::ignore;
  EXPECT_EQ(Numbers(rows_of(other)).front(), 0);
}

/// Of a column far from 0: orthonormal over the rows, orthogonal to 1, in the order of degrees; the bits of any order.
TEST_F(FormulaColumns, OfPolynomialsAreOrthonormal) {
  constexpr int kRows = 400;
  constexpr std::size_t kDegree = 5;
  Numbers x;
  for (int i = 0; i < kRows; ++i) {
    x.push_back(2000 + (i * 7919 % 1009) * 0.01 + (i % 17 == 0 ? 5 : 0));
  }
  const auto text_of = [&] {
    std::string text = "x,y\n";
    for (const double value : x) {
      text += fmt::format("{},{}\n", value, value);
    }
    return text;
  };
  const Numbers rows = rows_of(file(text_of(), "y ~ poly(x, 5)"));
  const Schema schema = schema_;
  EXPECT_EQ(schema.feature_name(1), "poly(x, 5)[2]");
  for (std::size_t a = 0; a < kDegree; ++a) {
    double of_one = 0;
    for (std::size_t i = 0; i < kRows; ++i) {
      of_one += rows[i * kDegree + a];
    }
    EXPECT_NEAR(of_one, 0, 1e-12);
    for (std::size_t b = 0; b <= a; ++b) {
      double product = 0;
      for (std::size_t i = 0; i < kRows; ++i) {
        product += rows[i * kDegree + a] * rows[i * kDegree + b];
      }
      EXPECT_NEAR(product, a == b ? 1 : 0, 1e-12) << a << ' ' << b;
    }
  }
  const std::size_t largest = static_cast<std::size_t>(std::ranges::max_element(x) - x.begin());
  EXPECT_GT(rows[largest * kDegree + 4], 0);  // leading coefficients are positive
  std::ranges::reverse(x);
  rows_of(file(text_of(), "y ~ poly(x, 5)"));
  EXPECT_EQ(schema_.formula, schema.formula);
}

/// poly(x, 2) for x = 1, 2, 4, 7, 11 by the recurrence: p_1 = x − 5, p_2 = (x − α_2) p_1 − ν_1 / ν_0.
TEST_F(FormulaColumns, OfPolynomialsAreThoseOfR) {
  const Numbers rows = rows_of(file("x,y\n1,0\n2,0\n4,0\n7,0\n11,0\n", "y ~ poly(x, 2)"));
  const Numbers x = {1, 2, 4, 7, 11};
  const double alpha = (1 * 16 + 2 * 9 + 4 * 1 + 7 * 4 + 11 * 36) / 66.0;
  Numbers second;
  double norm2 = 0;
  for (const double one : x) {
    second.push_back((one - alpha) * (one - 5) - 66.0 / 5);
    norm2 += second.back() * second.back();
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(rows[2 * i], (x[i] - 5) / std::sqrt(66), 1e-15);
    EXPECT_NEAR(rows[2 * i + 1], second[i] / std::sqrt(norm2), 1e-14);
  }
}

TEST_F(FormulaColumns, AreRefusedToOtherFormats) {
  ReadSettings settings = data_file(folder_, "data.svm", "1 1:2\n0 1:3\n");
  settings.formula = {"y ~ x"};
  EXPECT_EQ(error_on(2, settings), "78 FILE: --formula is for columns of CSV, and this is LIBSVM text");
}

}  // namespace
}  // namespace lockstep::testing
