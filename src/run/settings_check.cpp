/// validate(): every violation at once, with name and value.
#include "fit/settings_check.h"

#include "fit/model_description.h"
#include "run/settings.h"
#include "run/train_options.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// A column has one role.
void check_columns(const ReadSettings& data, Violations& violations) {
  const std::vector<std::pair<const char*, std::string>> roles = {{"label-column", data.label_column},
                                                                  {"weight-column", data.weight_column},
                                                                  {"offset-column", data.offset_column},
                                                                  {"exposure-column", data.exposure_column}};
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const auto& [key, column] = roles[i];
    if (column.empty()) {
      continue;
    }
    violations.require_text(std::ranges::find(data.drop, column) == data.drop.end(), key, column,
                            "must not be dropped as well (drop)");
    for (std::size_t j = 0; j < i; ++j) {
      violations.require_text(roles[j].second != column, key, column,
                              fmt::format("must differ from {}", roles[j].first));
    }
  }
}

void check_values(TrainSettings settings, Violations& violations) {
  for (const Option& option : train_options(settings)) {
    violations.add(option.violation());
  }
  check_columns(settings.data, violations);
}

/// What does not fit the data, or the rows held out.
void check_rows(const TrainSettings& s, Violations& violations) {
  const auto only = [&](bool given, const char* key, const auto& value, bool holds, const std::string& rule) {
    violations.require(!given || holds, key, value, rule);
  };
  if (!s.data.formula.empty()) {
    const bool has_intercept = parse_formula(s.data.formula.text, {}).has_intercept;
    only(has_intercept, "intercept", s.model.intercept, s.model.intercept, "the formula has one: write 0 + in it");
    violations.require_text(has_intercept || !s.model.is_network(), "formula", s.data.formula.text,
                            "an mlp always has biases: leave the 0 out");
  }
  only(!s.validation.labels.empty(), "validation-labels", s.validation.labels, s.validation.rows.is_file(),
       "needs --validation FILE");
  only(!s.data.group_column.empty(), "group-column", s.data.group_column, s.validation.rows.fraction > 0,
       "keeps the rows of a group together where --validation holds out a fraction, and is for that alone");
  only(s.fit.patience > 0, "patience", s.fit.patience, !s.validation.rows.empty(), "needs --validation");
  const bool takes_offset = s.model.kind->loss != nullptr;
  for (const auto& [key, column] :
       {std::pair("offset-column", s.data.offset_column), std::pair("exposure-column", s.data.exposure_column)}) {
    only(!column.empty(), key, column, takes_offset, "is for models with one margin a row");
  }
}

}  // namespace

void TrainSettings::validate_values() const {
  Violations violations;
  check_values(*this, violations);
  violations.throw_if_any();
}

void TrainSettings::validate() const {
  Violations violations;
  check_values(*this, violations);
  check_combination(*this, violations);
  check_rows(*this, violations);
  violations.throw_if_any();
}

}  // namespace lockstep
