/// Arithmetic of columns and numbers, as it stands in a formula's log(…) and I(…).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// In postfix order, so that no text makes it recurse.
class FormulaExpression {
 public:
  enum class Operation { number, column, negative, plus, minus, times, over, power, function };
  using Function = double (*)(double);

  void push_number(double value);
  void push_column(const std::string& name);
  /// Of the one or two values before it.
  void push(Operation operation);
  void push(Function function);

  /// Whether it is one column as it is, or a function of something.
  bool is_column() const { return steps_.size() == 1 && steps_.front().operation == Operation::column; }
  bool is_call() const { return !steps_.empty() && steps_.back().operation == Operation::function; }

  /// Each once, in the order in which they stand.
  const std::vector<std::string>& columns() const { return columns_; }

  /// The value where columns() have these; not finite where it is none. `stack` is room for it.
  double value(std::span<const double> columns, std::vector<double>& stack) const;

 private:
  struct Step {
    Operation operation = Operation::number;
    double number = 0;
    std::size_t column = 0;  // of columns_
    Function function = nullptr;
  };

  std::vector<std::string> columns_;
  std::vector<Step> steps_;
};

/// log, log2, log10, log1p, sqrt, exp or abs; null for another name.
FormulaExpression::Function formula_function(std::string_view name);

/// "log(), log2(), …"
std::string formula_functions();

}  // namespace lockstep
