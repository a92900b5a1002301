#include "data/csv_value.h"

#include "data/formula_tokens.h"
#include "data/row_encoder.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_number.h"

#include <cmath>
#include <optional>
#include <string>

namespace lockstep {

namespace {

/// Under a formula.
std::string hint_on_category(const CsvColumn& column) {
  return "; the formula takes it for a number, and C(" + formula_name(column.name) + ") takes it for a category";
}

/// What to do with a column whose values are no numbers.
std::string hint_on_text(const CsvColumn& column, const CsvLayout& layout) {
  const std::string name = shell_word(column.name);
  if (layout.has_formula() && column.role == ColumnRole::feature) {
    return hint_on_category(column);
  }
  return column.role != ColumnRole::feature
             ? ""
             : "; leave it out with --drop " + name + ", take it for categories with --categorical " + name +
                   ", or if it is the label, say --label-column " + name;
}

std::string hint_on_missing(const CsvColumn& column, const CsvLayout& layout) {
  if (layout.expected.find(ColumnRole::feature) != nullptr) {
    return layout.missing == MissingPolicy::drop
               ? "; fill it in or leave the row out: the model was trained without such rows (--missing drop)"
               : "; fill it in: the model was trained without missing values (--missing says what becomes of them)";
  }
  if (layout.has_formula() && column.role == ColumnRole::feature) {
    return "; fill it in, or say what becomes of it with --missing";
  }
  return column.role != ColumnRole::feature
             ? "; fill it in, or --missing drop leaves such rows out"
             : "; fill it in, leave the column out with --drop " + shell_word(column.name) +
                   ", or say what becomes of it with --missing";
}

[[noreturn]] void refuse_text(const CsvColumn& column, const TextField& field, const CsvLayout& layout) {
  const TextCause cause = cause_of_text(field.text);
  if (cause.name.empty()) {
    throw ContentError(field.column, describe(NumberStatus::text, "column " + shown(column.name), field.text) +
                                         hint_on_text(column, layout) +
                                         (layout.has_header ? ""
                                                            : "; the first line was taken for a row, and --header "
                                                              "takes it for the header"));
  }
  throw ContentError(
      field.column,
      std::string(cause.name) + " in number column " + shown(column.name) + " (saw " + shown(field.text) +
          ", the delimiter being " + delimiter_name(layout.delimiter) + "); " + std::string(cause.remedy) +
          (cause.name.starts_with("decimal comma") && layout.delimiter != ',' ? ", or say --decimal comma" : "") +
          (layout.has_formula() && column.role == ColumnRole::feature ? hint_on_category(column) : ""));
}

double plain_number(const CsvColumn& column, const TextField& field, const CsvLayout& layout) {
  const ParsedNumber number = parse_number(field.text);
  if (number.status == NumberStatus::ok && !column.is_boolean) {
    if (std::abs(number.value) >= kExactIntegers) {
      check_digits(field.text, number.value, field.column);
    }
    return number.value;
  }
  const std::optional<bool> truth = column.is_boolean ? truth_value(field.text) : std::nullopt;
  if (truth) {
    return *truth ? 1 : 0;
  }
  if (is_missing_marker(field.text)) {
    if (!layout.takes_missing(column.role)) {
      refuse_missing(column, field, layout);
    }
    return RowEncoder::kMissing;
  }
  if (number.status == NumberStatus::text) {
    refuse_text(column, field, layout);
  }
  if (number.status == NumberStatus::ok) {
    throw ContentError(field.column, "number in column " + shown(column.name) +
                                         ", which is boolean above, True and False (saw " + shown(field.text) +
                                         "); recode the column to numbers, or take it for categories with "
                                         "--categorical " +
                                         shell_word(column.name));
  }
  throw ContentError(field.column,
                     describe(number.status, "column " + shown(column.name), field.text) +
                         (column.role == ColumnRole::feature
                              ? "; correct it, or leave the column out with --drop " + shell_word(column.name)
                              : ""));
}

/// Apart from the fast path.
[[gnu::noinline]] double number_with_comma(const CsvColumn& column, const TextField& field, const CsvLayout& layout) {
  std::string buffer;
  return plain_number(column, with_point(column, field, buffer), layout);
}

}  // namespace

void refuse_missing(const CsvColumn& column, const TextField& field, const CsvLayout& layout) {
  throw ContentError(field.column, "missing value in column " + shown(column.name) +
                                       (field.text.empty() ? "" : " (saw " + shown(field.text) + ")") +
                                       hint_on_missing(column, layout));
}

TextField with_point(const CsvColumn& column, const TextField& field, std::string& buffer) {
  if (field.text.find('.') != std::string_view::npos && parse_number(field.text).status == NumberStatus::ok) {
    throw ContentError(field.column, "decimal point in column " + shown(column.name) + " (saw " + shown(field.text) +
                                         "), where numbers have decimal commas; write a comma, or nothing where it "
                                         "parts thousands; or say --decimal point");
  }
  return {with_decimal_point(field.text, buffer), field.column, field.is_quoted};
}

double number_in(const CsvColumn& column, const TextField& field, const CsvLayout& layout) {
  return layout.has_decimal_comma ? number_with_comma(column, field, layout) : plain_number(column, field, layout);
}

double scale_in(const CsvColumn& column, const TextField& field, const CsvLayout& layout) {
  const double value = number_in(column, field, layout);
  if (is_lost_in_zero(field.text, value)) {
    throw ContentError(field.column, "value in column " + shown(column.name) + " is too near 0 for a float64 (saw " +
                                         shown(field.text) + ")");
  }
  return value;
}

}  // namespace lockstep
