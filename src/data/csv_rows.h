/// The lines of CSV as rows.
#pragma once

#include "data/csv_layout.h"
#include "data/reader.h"
#include "data/row_encoder.h"
#include "data/row_sink.h"
#include "data/schema.h"
#include "data/text_fields.h"
#include "data/text_parser.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lockstep {

/// The codes of a column's levels by the texts that stand for them.
class LevelCodes {
 public:
  LevelCodes() = default;
  explicit LevelCodes(const std::vector<std::string>& levels);

  /// RowEncoder::kNoLevel for a text that is no level.
  double find(std::string_view text);

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, double, TextHash, std::equal_to<>> codes_;
};

/// Missing values of a column.
struct MissingCount {
  std::int64_t values = 0;
  std::int64_t first_row = 0;  ///< of those that were read, from 1; 0: none

  friend bool operator==(const MissingCount&, const MissingCount&) = default;
};

/// Of the rows of a rank.
struct CsvTotals {
  std::int64_t rows = 0;  ///< also those that were left out
  std::int64_t dropped_rows = 0;
  std::vector<MissingCount> missing;  ///< one a column of the schema; empty: no rows
};

/// Pushes records into a sink.
class CsvRows final : public RecordParser {
 public:
  /// `schema` is complete. `all`: takes the counts. All outlive it.
  CsvRows(const CsvLayout& layout, const Schema& schema, const ReadSettings& settings, std::int64_t share_bytes,
          RowSink& sink, CsvTotals& all);

  void add(std::string_view line) override;
  void finish() override;

 private:
  /// A value that waits until it is known that the row stays.
  struct Value {
    Index column = 0;
    std::int64_t position = 0;
    bool is_text = false;
    double number = 0;
    std::string text;
  };

  void explain_line(std::string_view line, std::int64_t column, const char* what) const;
  void add_row(std::string_view line);
  void add_field(std::size_t place, const TextField& field);
  double code_in(std::size_t place, const TextField& field);
  void keep(std::size_t place, double number);
  void keep(std::size_t place, std::string_view text);
  void note_missing(std::size_t place);
  Value& next_value(std::size_t place);
  void push_row();
  std::int64_t count_fields(std::string_view line) const;
  void check_length(std::int64_t count) const;
  void reserve();

  const CsvLayout& layout_;
  const Schema& schema_;
  bool ignores_unknown_;
  std::int64_t share_bytes_;
  RowSink& sink_;
  RowEncoder encoder_;
  std::vector<LevelCodes> codes_;              // one a column
  std::vector<double> inputs_;                 // of the row, one a column that is a feature
  std::vector<std::int64_t> input_positions_;  // where these stand in it
  std::vector<Value> values_;                  // of the row, of other roles
  std::size_t value_count_ = 0;
  bool is_dropped_ = false;    // the row
  std::int64_t position_ = 0;  // of the field, for what the sink says of it
  std::int64_t consumed_bytes_ = 0;
  CsvTotals mine_;
  CsvTotals& all_;
  bool trailing_text_ = false;
};

}  // namespace lockstep
