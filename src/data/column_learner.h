/// What all rows of a table together say of its columns: the levels of categories, and what stands for missing values.
#pragma once

#include "base/exact_sum.h"
#include "data/reader.h"
#include "data/schema.h"
#include "lockstep/base/types.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lockstep {

class Communicator;

/// True for a value that is missing in such a column: words such as "unknown" may be levels.
bool is_missing_in(ColumnKind kind, std::string_view text);

class ColumnLearner {
 public:
  /// `schema` as the head of the file has it: kinds and roles.
  ColumnLearner(const Schema& schema, const ReadSettings& settings);

  /// Whether there is anything to learn.
  bool is_needed() const { return !columns_.empty(); }

  /// A value of the column with that number in the schema. What is wrong with it is left to who reads the row.
  void add(Index column, std::string_view text);

  /// Takes over what another one of the same schema was told of later rows.
  void merge(const ColumnLearner& other);

  /// Completes the schema: levels (numbers ascending, else by bytes), references, what is filled in, and places in X.
  /// Collective. Throws on every rank DataError for a category that was not named and has more than kMostClasses
  /// levels, ConfigurationError for a reference that is no level.
  void finish(Schema& schema, std::vector<std::string>& notices, Communicator& comm);

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  struct Facts {
    Index column = 0;  // its number in the schema
    bool is_category = false;
    std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> rows_of_text;
    ExactSum sum;
    std::int64_t values = 0;
    std::int64_t missing = 0;
  };

  void finish_category(Facts& facts, Column& column, bool keeps_all_levels, Communicator& comm) const;
  void finish_number(Facts& facts, Column& column, Communicator& comm) const;
  Index reference_of(const Column& column, bool keeps_all_levels) const;
  Index level_of(const Column& column, const std::string& level, const std::string& rule) const;
  bool is_named(const Column& column) const;

  const ReadSettings& settings_;
  bool has_formula_;
  std::unordered_map<std::string, FormulaFactor> factor_of_category_;  // that the formula writes as C(…)
  std::vector<Facts> columns_;
  std::vector<Index> facts_of_column_;  // −1: nothing to learn of it
};

}  // namespace lockstep
