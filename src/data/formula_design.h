/// The columns of X that the terms of a formula make of a row.
///
/// Categories are coded as patsy codes them (its documentation, "Redundancy and categorical factors"; R's rule for the
/// usual formulas): a factor of a term has a column for each of its levels where the term without it is neither in the
/// formula nor in the span of a term before, else for all levels but the reference (treatment coding). So the columns
/// with the intercept are never redundant by the coding. Terms stand in patsy's order: those without numbers first,
/// then those with each set of numbers, as it first appears; in each group by the number of factors, then as written.
/// Within a term the levels of the first factor change fastest.
#pragma once

#include "data/formula.h"
#include "data/formula_coding.h"
#include "data/polynomial_basis.h"
#include "data/schema.h"
#include "lockstep/base/types.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lockstep {

/// A value that is not finite; `what()` says of which factor, and of what it was made.
class FormulaValueError : public std::runtime_error {
 public:
  FormulaValueError(Index input, const std::string& what) : std::runtime_error(what), input_(input) {}
  /// The number of the feature it was made of, or the first of these.
  Index input() const noexcept { return input_; }

 private:
  Index input_;
};

class FormulaDesign {
 public:
  /// Of schema.formula.text; levels, references, and the bases of polynomials are known. Throws ConfigurationError for
  /// a text that is no formula, names of no feature or of one of another kind, too many columns, and bases that do not
  /// fit.
  explicit FormulaDesign(const Schema& schema);

  /// d
  Index columns() const { return columns_; }
  /// d names, as patsy writes them: "C(job)[T.cook]", "age:sex[m]", "poly(x, 2)[1]".
  std::vector<std::string> names() const;
  /// Columns that are not 0 in a row, at most.
  Index most_entries() const;

  /// The entries other than 0 of the row whose features have these values: numbers, or codes of levels, below 0 for
  /// none; columns ascending. Throws FormulaValueError.
  void encode(std::span<const double> inputs, std::vector<std::int32_t>& column, std::vector<double>& value);

 private:
  /// A factor of the formula on the features.
  struct Part {
    FormulaFactor factor;
    std::vector<Index> inputs;            // numbers of the features that it is made of
    std::optional<Column> category = {};  // none: it is a number
    std::optional<PolynomialBasis> basis = {};
    std::vector<double> values = {};  // of the row: one a column; of a category the code
  };

  /// By their names: their numbers, and what they are.
  using Features = std::unordered_map<std::string, std::pair<Index, const Column*>>;

  /// Of a factor in a block.
  struct Coded {
    std::size_t part = 0;
    bool has_all_levels = false;
    Index width = 1;
  };

  /// A run of columns: the products of those of its factors.
  struct Block {
    Index first = 0;
    Index width = 1;
    std::vector<Coded> factors;
  };

  void add_part(const FormulaFactor& factor, const Features& features, const std::vector<PolynomialBasis>& bases);
  void add_blocks(const Formula& formula);
  void add_block(const FormulaTerm& term, const std::vector<CodedCategory>& run);
  std::string name_of(const Block& block, Index k) const;
  std::string name_within(const Coded& coded, Index k) const;
  void evaluate(Part& part, std::span<const double> inputs);
  void put_block(const Block& block, std::vector<std::int32_t>& column, std::vector<double>& value);

  std::vector<Part> parts_;  // one a factor
  std::vector<Block> blocks_;
  Index columns_ = 0;
  std::vector<double> arguments_;
  std::vector<double> stack_;
  std::vector<Index> digits_;
};

}  // namespace lockstep
