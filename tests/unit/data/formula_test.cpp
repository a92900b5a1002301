// The formulas that are understood, and what is said of others.
#include "data/formula.h"

#include "lockstep/base/errors.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lockstep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kOthers = {"a", "b", "y", "two words"};

/// The formula in its plain form, or "error: …".
std::string plain(const std::string& text) {
  try {
    return parse_formula(text, kOthers).text();
  } catch (const ConfigurationError& error) {
    return std::string("error: ") + error.what();
  }
}

TEST(FormulaParser, UnderstandsTerms) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"y ~ age", "y ~ 1 + age"},
      {"y~age+sex", "y ~ 1 + age + sex"},
      {"y ~ 0 + age", "y ~ 0 + age"},
      {"y ~ age - 1", "y ~ 0 + age"},
      {"y ~ -1 + age + 1", "y ~ 1 + age"},
      {"y ~ age - 0", "y ~ 1 + age"},
      {"y ~ 1", "y ~ 1"},
      {"y ~ a:b:c", "y ~ 1 + a:b:c"},
      {"y ~ a*b", "y ~ 1 + a + b + a:b"},
      {"y ~ a*b*c - a:b:c", "y ~ 1 + a + b + a:b + c + a:c + b:c"},
      {"y ~ a + b:a + a:b + a:a", "y ~ 1 + a + b:a"},
      {"y ~ (a + b + c)^2", "y ~ 1 + a + b + c + a:b + a:c + b:c"},
      {"y ~ (a + b):c", "y ~ 1 + a:c + b:c"},
      {"y ~ a:b*c", "y ~ 1 + a:b + c + a:b:c"},
      {"y ~ .", "y ~ 1 + a + b + Q(\"two words\")"},
      {"y ~ . - b + log(a)", "y ~ 1 + Q(\"two words\") + log(a)"},
      {"y ~ . + a:b", "y ~ 1 + a + b + Q(\"two words\") + a:b"},
      {"b ~ . + C(a)", "b ~ 1 + y + Q(\"two words\") + C(a)"},
      {"y ~ `two words` + Q('a \"b\"')", "y ~ 1 + Q(\"two words\") + Q(\"a \\\"b\\\"\")"},
      {"y ~ C( job )", "y ~ 1 + C(job)"},
      {"y ~ C(job, Treatment(reference='b'))", "y ~ 1 + C(job, Treatment(\"b\"))"},
      {"y ~ C(m,Treatment( -3 )):C(n, Treatment)", "y ~ 1 + C(m, Treatment(-3)):C(n, Treatment)"},
      {"y ~ np.log(x+1) + sqrt(abs(x))", "y ~ 1 + log(x + 1) + sqrt(abs(x))"},
      {"y ~ I(x^2) + I(x**2)", "y ~ 1 + I(x ** 2)"},
      {"y ~ I( -x*(z-2.5e-3)/2 )", "y ~ 1 + I(-x * (z - 2.5e-3) / 2)"},
      {"y ~ poly(x,2) + poly(I, degree = 3)", "y ~ 1 + poly(x, 2) + poly(I, 3)"},
      {"y ~ poly(log(x), 2):C(job)", "y ~ 1 + poly(log(x), 2):C(job)"},
      {"y ~ Sepal.Length + größe", "y ~ 1 + Sepal.Length + größe"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(plain(text), expected) << text;
    EXPECT_EQ(parse_formula(expected, {}).text(), expected);
  }
}

TEST(FormulaParser, SaysWhatIsWrongAndWhere) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "error: column 1: the formula ends here; a formula begins with the response, one column: y ~ terms"},
      {"age + sex", "error: column 5: saw '+'; a formula begins with the response"},
      {"log(y) ~ x", "error: column 4: saw '('; a formula begins with the response"},
      {"y ~", "error: column 4: the formula ends here; terms are columns, functions of them and 1 or 0, joined by"},
      {"y ~ a +", "error: column 8: the formula ends here; terms are"},
      {"y ~ a b", "error: column 7: saw 'b'; terms are"},
      {"y ~ a / b", "error: column 7: saw '/'; terms are"},
      {"y ~ a | b", "error: column 7: saw '|', which no formula has"},
      {"y ~ 2", "error: column 5: saw '2': 1 is an intercept and 0 none; arithmetic stands in I(…)"},
      {"y ~ a:1", "error: column 6: an intercept, 1 or 0, is no factor"},
      {"y ~ (a", "error: column 7: the formula ends here; expected ')'"},
      {"y ~ foo(a)",
       "error: column 5: there is no function 'foo'; there are log(), log2(), log10(), log1p(), sqrt(), "
       "exp(), abs(), I(arithmetic), C(category), poly(x, degree) and Q(\"a name\")"},
      {"y ~ I(bar(a))", "error: column 7: there is no function 'bar'"},
      {"y ~ I(a:b)", "error: column 8: saw ':'; expected ')'"},
      {"y ~ I(1e999)", "error: column 7: the number '1e999' is out of range"},
      {"y ~ C(a, Sum)", "error: column 10: saw 'Sum'; a category is C(column) or C(column, Treatment(\"level\"))"},
      {"y ~ C(3)", "error: column 7: saw '3'; a category is"},
      {"y ~ poly(a, 21)", "error: column 13: saw '21'; poly(x, k) has a degree k that is whole, 1 to 20"},
      {"y ~ poly(a)", "error: column 11: saw ')'; expected ','"},
      {"y ~ (a + b)^9", "error: column 13: saw '9'; terms have powers that are whole, 1 to 8"},
      {"y ~ 3a", "error: column 5: a name begins with a letter, or stands in `backticks`"},
      {"y ~ `a", "error: column 5: the quote '`' is not closed"},
      {"y ~ Q(a)", "error: column 7: saw 'a'; Q(\"a name\") is a column"},
      {"y ~ a + y", "error: column 9: the response 'y' is no term"},
      {"y ~ log(a) + C(a)", "error: column 14: the column 'a' stands as log(a) and as C(a); a category is written in"},
      {"y ~ a*b*c*d*e*f*g*h*i", "error: column 20: more than 100000 terms, or more than 8 factors in one"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_THAT(plain(text), HasSubstr(expected)) << text;
  }
}

TEST(FormulaParser, KeepsFactorsOfTermsAlone) {
  const Formula formula = parse_formula("y ~ log(income) + x*z - x + C(job, Treatment(\"b\"))", {});
  EXPECT_THAT(formula.columns(), ElementsAre("income", "z", "x", "job"));
  EXPECT_EQ(formula.response, "y");
  EXPECT_EQ(formula.factors.back().reference, "b");
}

TEST(FormulaExpression, IsComputedAsPythonDoes) {
  const auto value = [](const std::string& text, std::vector<double> columns) {
    const Formula formula = parse_formula("y ~ I(" + text + ")", {});
    std::vector<double> stack;
    return formula.factors.front().expression.value(columns, stack);
  };
  EXPECT_EQ(value("-x**2", {3}), -9);
  EXPECT_EQ(value("2^3^2", {}), 512);
  EXPECT_EQ(value("2**-x", {1}), 0.5);
  EXPECT_EQ(value("x - z - 1", {5, 2}), 2);
  EXPECT_EQ(value("x / z / x * 4", {8, 2}), 2);
  EXPECT_EQ(value("(x + 1) * -(z - 3)", {1, 2}), 2);
  EXPECT_EQ(value("abs(x) + log(exp(z)) + log2(8) + log10(100) + log1p(0) + sqrt(x*x)", {-2, 3}), 12);
}

/// Texts of the words of formulas in any order: each is understood or refused, and what is understood is so again.
TEST(FormulaParser, TakesGarbageWithoutHarm) {
  const std::vector<std::string> words = {"y",          "~",  "a", "b",    "+",     "-",  "*",     "**",   "/",
                                          ":",          "^",  "(", ")",    ",",     "C(", "I(",    "log(", "poly(",
                                          "2",          "0",  "1", ".",    "`a b`", "Q(", "\"t\"", "=",    " ",
                                          "Treatment(", "\\", "'", "\xff", "1e",    "@"};
  std::uint64_t state = 1;
  std::size_t understood = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = i % 2 == 0 ? "y ~ " : "";
    const std::uint64_t length = 1 + (state >> 33) % 14;
    for (std::uint64_t k = 0; k < length; ++k) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      text += words[(state >> 33) % words.size()];
    }
    const std::string once = plain(text);
    if (!once.starts_with("error: column ")) {
      ++understood;
      EXPECT_EQ(parse_formula(once, {}).text(), once) << text;
    }
  }
  EXPECT_GT(understood, 200U);
}

TEST(FormulaParser, IsBoundedInDepthAndSize) {
  const auto repeated = [](const std::string& word, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) {
      text += word;
    }
    return text;
  };
  EXPECT_THAT(plain("y ~ " + repeated("(", 100000)), HasSubstr("more than 100 parentheses or signs in each other"));
  EXPECT_THAT(plain("y ~ I(" + repeated("-", 100000) + "a)"), HasSubstr("more than 100 parentheses"));
  EXPECT_THAT(plain("y ~ I(" + repeated("2^", 100000) + "a)"), HasSubstr("more than 100 parentheses"));
  EXPECT_THAT(plain("y ~ log(" + repeated("log(", 100000)), HasSubstr("more than 100 parentheses"));
  EXPECT_THAT(plain("y ~ (" + repeated("a+b+c+d+", 1) + "e+f+g+h+i+j+k+l+m+n+o+p+q+r+s+t)^8"),
              HasSubstr("more than 100000 terms"));
  EXPECT_EQ(plain("y ~ a" + repeated("+a", 20000)), "y ~ 1 + a");
}

}  // namespace
}  // namespace lockstep::testing
