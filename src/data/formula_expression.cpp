#include "data/formula_expression.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace lockstep {

namespace {

constexpr std::array<std::pair<std::string_view, FormulaExpression::Function>, 7> kFunctions = {
    {{"log", [](double x) { return std::log(x); }},
     {"log2", [](double x) { return std::log2(x); }},
     {"log10", [](double x) { return std::log10(x); }},
     {"log1p", [](double x) { return std::log1p(x); }},
     {"sqrt", [](double x) { return std::sqrt(x); }},
     {"exp", [](double x) { return std::exp(x); }},
     {"abs", [](double x) { return std::abs(x); }}}};

}  // namespace

void FormulaExpression::push_number(double value) {
  steps_.push_back({.number = value});
}

void FormulaExpression::push_column(const std::string& name) {
  const auto known = std::ranges::find(columns_, name);
  steps_.push_back({.operation = Operation::column, .column = static_cast<std::size_t>(known - columns_.begin())});
  if (known == columns_.end()) {
    columns_.push_back(name);
  }
}

void FormulaExpression::push(Operation operation) {
  steps_.push_back({.operation = operation});
}

void FormulaExpression::push(Function function) {
  steps_.push_back({.operation = Operation::function, .function = function});
}

double FormulaExpression::value(std::span<const double> columns, std::vector<double>& stack) const {
  stack.clear();
  for (const Step& step : steps_) {
    if (step.operation == Operation::number || step.operation == Operation::column) {
      stack.push_back(step.operation == Operation::number ? step.number : columns[step.column]);
      continue;
    }
    double right = stack.back();
    if (step.operation == Operation::negative || step.operation == Operation::function) {
      right = step.operation == Operation::negative ? -right : step.function(right);
      stack.back() = right;
      continue;
    }
    stack.pop_back();
    double& left = stack.back();
    switch (step.operation) {
      case Operation::plus:
        left += right;
        break;
      case Operation::minus:
        left -= right;
        break;
      case Operation::times:
        left *= right;
        break;
      case Operation::over:
        left /= right;
        break;
      default:
        left = std::pow(left, right);
    }
  }
  return stack.back();
}

FormulaExpression::Function formula_function(std::string_view name) {
  const auto found =
      std::ranges::find(kFunctions, name, &std::pair<std::string_view, FormulaExpression::Function>::first);
  return found == kFunctions.end() ? nullptr : found->second;
}

std::string formula_functions() {
  std::string names;
  for (const auto& [name, function] : kFunctions) {
    names += (names.empty() ? "" : ", ") + std::string(name) + "()";
  }
  return names;
}

}  // namespace lockstep
