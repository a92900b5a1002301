/// A formula, as R and patsy write them: "y ~ age + C(job) + log(income) + age:sex + poly(x, 2)".
///
/// | in it                          | means                                                                  |
/// |--------------------------------|------------------------------------------------------------------------|
/// | response ~ terms               | the label and what is learned from                                     |
/// | a + b, - b                     | terms; the last leaves one out                                         |
/// | 1, 0, -1                       | an intercept (there is one unless the formula says otherwise), or none |
/// | a:b                            | the products of the columns of both; of any number of factors          |
/// | a*b, (a + b)^2, (a + b):c      | a + b + a:b; all products of up to two; a:c + b:c                      |
/// | .                              | every other column: that is not the response nor within a function     |
/// | C(x), C(x, Treatment("b"))     | a category, also of numbers; b is its reference                        |
/// | log(x), sqrt(x) and the like   | formula_function() of arithmetic                                       |
/// | I(x^2 + 3*z)                   | arithmetic: + - * / ^ and parentheses; ** is ^                         |
/// | poly(x, k)                     | k orthogonal polynomials: polynomial_basis.h                           |
/// | `a name`, Q("a name")          | a column whose name is no word                                         |
///
/// Precedence as R's and patsy's: ^ before : before * before + and -.
#pragma once

#include "data/formula_expression.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// What a term is a product of.
struct FormulaFactor {
  enum class Kind {
    column,      ///< a number or a category, as the data have it
    category,    ///< C(column)
    expression,  ///< of numbers
    polynomial   ///< poly(expression, degree)
  };
  Kind kind = Kind::column;
  std::string name = {};              ///< as patsy writes it, which parses to the same factor
  FormulaExpression expression = {};  ///< its argument; of a column or category that column
  std::string argument = {};          ///< of a polynomial: a factor that is its argument
  std::string reference = {};         ///< of a category: the level that Treatment() names; empty: none
  int degree = 1;

  const std::vector<std::string>& columns() const { return expression.columns(); }
};

struct Formula {
  std::string response;
  bool has_intercept = true;
  std::vector<FormulaFactor> factors;           ///< no two of one name
  std::vector<std::vector<std::size_t>> terms;  ///< their factors, as written; no two terms have the same ones

  /// Those of the factors that stand in terms, each once, in the order in which they stand.
  std::vector<std::string> columns() const;

  /// A formula that means the same, without "." and "-".
  std::string text() const;
};

inline constexpr int kHighestDegree = 20;

/// `others`: what "." stands for, less the response and columns within functions. Throws ConfigurationError "column N:
/// what is wrong; what is understood" with the place in the text; for a column that is both a category and a number.
Formula parse_formula(std::string_view text, const std::vector<std::string>& others);

/// A formula among settings: what parse_formula() takes, or nothing.
struct FormulaText {
  std::string text = {};

  /// Throws what parse_formula() throws.
  static FormulaText parse(const std::string& text);

  bool empty() const { return text.empty(); }
  friend bool operator==(const FormulaText&, const FormulaText&) = default;
};

}  // namespace lockstep
