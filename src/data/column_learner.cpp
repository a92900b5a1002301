#include "data/column_learner.h"

#include "comm/agreement.h"
#include "data/class_label.h"
#include "data/formula_tokens.h"
#include "data/labels.h"
#include "data/packed_texts.h"
#include "data/reader_common.h"
#include "data/row_encoder.h"
#include "data/text_cause.h"
#include "data/text_error.h"
#include "data/text_number.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <map>
#include <span>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr std::size_t kListed = 8;

std::string listed(const std::vector<std::string>& parts) {
  const auto first = std::span(parts).first(std::min(parts.size(), kListed));
  return fmt::format("{}", fmt::join(first, ", ")) +
         (parts.size() > kListed ? fmt::format(" and {} more", parts.size() - kListed) : "");
}

/// Each level has a column of X.
bool keeps_references(const ReadSettings& settings) {
  return settings.reference_policy == ReferencePolicy::kept ||
         (settings.reference_policy == ReferencePolicy::automatic && settings.is_penalised);
}

/// What of a category's levels has a coefficient.
std::string coding_of(const ReadSettings& settings, bool has_formula) {
  if (has_formula) {
    return "the formula says which of their levels have coefficients, and C(NAME) in it takes others for categories";
  }
  return std::string(keeps_references(settings)
                         ? "each level has a coefficient (--drop-first: all but the reference)"
                         : "each level but the reference has a coefficient (--no-drop-first: all levels)") +
         "; --categorical NAME,... names others, --drop NAME leaves a column out";
}

/// Of the categories: "taken for categories: 'job' (9 levels, reference 'admin'), …".
std::string notice_of(const std::vector<const Column*>& categories, const ReadSettings& settings, bool has_formula) {
  std::vector<std::string> parts;
  for (const Column* column : categories) {
    parts.push_back(fmt::format(
        "{} ({} levels{})", shown(column->name), column->levels.size(),
        column->reference < 0 ? ""
                              : ", reference " + shown(column->levels[static_cast<std::size_t>(column->reference)])));
  }
  return fmt::format("{}: taken for categories: {}; {}", settings.path, listed(parts),
                     coding_of(settings, has_formula));
}

}  // namespace

bool is_missing_in(ColumnKind kind, std::string_view text) {
  return kind == ColumnKind::category ? is_surely_missing(text) : is_missing_marker(text);
}

ColumnLearner::ColumnLearner(const Schema& schema, const ReadSettings& settings)
    : settings_(settings), has_formula_(!schema.formula.empty()), facts_of_column_(schema.columns.size(), -1) {
  if (has_formula_) {
    for (const FormulaFactor& factor : parse_formula(schema.formula.text, {}).factors) {
      if (factor.kind == FormulaFactor::Kind::category) {
        factor_of_category_.emplace(factor.columns().front(), factor);
      }
    }
  }
  const bool fills = schema.missing == MissingPolicy::mean || schema.missing == MissingPolicy::indicator;
  for (const Index place : schema.inputs()) {
    const Column& column = schema.columns[static_cast<std::size_t>(place)];
    const bool is_category = column.kind == ColumnKind::category;
    if (!is_for_model(settings) && (is_category || fills)) {
      facts_of_column_[static_cast<std::size_t>(place)] = std::ssize(columns_);
      Facts& facts = columns_.emplace_back();
      facts.column = place;
      facts.is_category = is_category;
    }
  }
}

void ColumnLearner::add(Index column, std::string_view text) {
  const Index at = facts_of_column_[static_cast<std::size_t>(column)];
  if (at < 0) {
    return;
  }
  Facts& facts = columns_[static_cast<std::size_t>(at)];
  if (facts.is_category) {
    if (is_missing_in(ColumnKind::category, text)) {
      ++facts.missing;
    } else if (const auto known = facts.rows_of_text.find(text); known != facts.rows_of_text.end()) {
      ++known->second;
    } else {
      facts.rows_of_text.emplace(text, 1);
    }
    return;
  }
  if (const ParsedNumber number = parse_number(text); number.status == NumberStatus::ok) {
    facts.sum.add(number.value);
    ++facts.values;
  } else if (const auto truth = truth_value(text)) {
    facts.sum.add(*truth ? 1 : 0);
    ++facts.values;
  } else {
    facts.missing += is_missing_marker(text) ? 1 : 0;
  }
}

void ColumnLearner::merge(const ColumnLearner& other) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Facts& facts = columns_[i];
    const Facts& more = other.columns_[i];
    for (const auto& [text, rows] : more.rows_of_text) {
      facts.rows_of_text[text] += rows;
    }
    facts.sum.add(more.sum);
    facts.values += more.values;
    facts.missing += more.missing;
  }
}

void ColumnLearner::finish(Schema& schema, std::vector<std::string>& notices, Communicator& comm) {
  std::vector<const Column*> categories;
  for (Facts& facts : columns_) {
    Column& column = schema.columns[static_cast<std::size_t>(facts.column)];
    const std::int64_t missing = all_sum(comm, facts.missing);
    column.marks_missing = schema.missing == MissingPolicy::indicator && missing > 0;
    if (facts.is_category) {
      finish_category(facts, column, !settings_.has_intercept && categories.empty(), comm);
      categories.push_back(&column);
    } else {
      finish_number(facts, column, comm);
    }
  }
  for (const std::string& rule : rejoined(settings_.reference, "=")) {
    const auto is_meant = [&](const Column* column) { return rule.starts_with(column->name + '='); };
    if (!is_for_model(settings_) && std::ranges::none_of(categories, is_meant)) {
      throw Agreed<ConfigurationError>(fmt::format("{}: --reference {}: must be NAME=LEVEL of a column of categories",
                                                   settings_.path, shell_word(rule)));
    }
  }
  schema.place_features();
  if (!categories.empty()) {
    notices.push_back(notice_of(categories, settings_, has_formula_));
  }
}

void ColumnLearner::finish_category(Facts& facts, Column& column, bool keeps_all_levels, Communicator& comm) const {
  std::vector<std::string> mine;
  for (const auto& [text, rows] : facts.rows_of_text) {
    mine.push_back(text);
    mine.push_back(std::to_string(rows));
  }
  std::map<std::string, std::int64_t> rows_of_level;
  for (const std::string& texts : all_gather_text(comm, packed(mine))) {
    std::vector<std::string> theirs;
    unpack(texts, theirs);
    for (std::size_t i = 0; i < theirs.size(); i += 2) {
      rows_of_level[class_label(theirs[i])] += std::stoll(theirs[i + 1]);
    }
  }
  if (std::ssize(rows_of_level) > kMostClasses && !is_named(column)) {
    throw Agreed<DataError>(fmt::format(
        "{}: column {} holds words, and {} different ones: leave it out{}, or take them all for categories with {}",
        settings_.path, shown(column.name), rows_of_level.size(),
        has_formula_ ? "" : " with --drop " + shell_word(column.name),
        has_formula_ ? "C(" + formula_name(column.name) + ")" : "--categorical " + shell_word(column.name)));
  }
  std::vector<std::string> levels;
  for (const auto& [level, rows] : rows_of_level) {
    levels.push_back(level);
  }
  column.levels = ordered_classes(std::move(levels));
  const auto rows = [&](const std::string& level) { return rows_of_level.at(level); };
  const auto commonest = std::ranges::max_element(column.levels, {}, rows);
  column.fill = column.levels.empty() ? RowEncoder::kNoLevel : static_cast<double>(commonest - column.levels.begin());
  column.reference = reference_of(column, keeps_all_levels);
}

void ColumnLearner::finish_number(Facts& facts, Column& column, Communicator& comm) const {
  ExactSum sum;
  for (const ExactSum& part : all_gather_value(comm, facts.sum)) {
    sum.add(part);
  }
  const std::int64_t values = all_sum(comm, facts.values);
  column.fill = values > 0 ? sum.mean(values) : 0;
}

Index ColumnLearner::reference_of(const Column& column, bool keeps_all_levels) const {
  const bool is_kept = !has_formula_ && (keeps_references(settings_) || keeps_all_levels);
  Index reference = is_kept || column.levels.empty() ? -1 : 0;
  const auto factor = factor_of_category_.find(column.name);
  const bool has_treatment = factor != factor_of_category_.end() && !factor->second.reference.empty();
  if (has_treatment) {
    const Index level = level_of(column, factor->second.reference, "--formula: " + factor->second.name);
    reference = level >= 0 ? level : reference;
  }
  for (const std::string& rule : rejoined(settings_.reference, "=")) {
    if (rule.starts_with(column.name + '=')) {
      const std::string option = "--reference " + shell_word(rule);
      const Index level = level_of(column, rule.substr(column.name.size() + 1), option);
      if (has_treatment && level >= 0 && level != reference) {
        throw Agreed<ConfigurationError>(
            fmt::format("{}: {}: the formula has {}", settings_.path, option, factor->second.name));
      }
      return level >= 0 ? level : reference;
    }
  }
  return reference;
}

/// The code of the level that `rule` names; −1 where it may stand below the head that is read.
Index ColumnLearner::level_of(const Column& column, const std::string& level, const std::string& rule) const {
  const std::int64_t code = find_name(column.levels, class_label(level));
  if (code < 0 && settings_.head_bytes == 0) {
    throw Agreed<ConfigurationError>(fmt::format("{}: {}: column {} has no such level ({})", settings_.path, rule,
                                                 shown(column.name), listed(column.levels)));
  }
  return code;
}

bool ColumnLearner::is_named(const Column& column) const {
  return find_name(settings_.categorical, column.name) >= 0 || factor_of_category_.contains(column.name);
}

}  // namespace lockstep
