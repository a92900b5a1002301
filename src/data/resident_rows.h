/// The sink of rows that stay in memory.
#pragma once

#include "data/file_reader.h"
#include "data/label_map.h"
#include "data/reader.h"

#include <string>
#include <vector>

namespace lockstep {

/// Gives each column's values to what its role makes of them.
class ResidentRows final : public RowSink {
 public:
  /// Rows are appended to `block`, which is empty. Throws what LabelMap() throws.
  ResidentRows(const FileOutline& outline, const ReadSettings& settings, RowBlock& block);

  void reserve(Index rows, Index values) override;
  /// Throws ContentError for a label that LabelCollector refuses, a weight below 0 and an exposure that is not above 0.
  void number(Index column, double value) override;
  void text(Index column, std::string_view value) override;
  void features(std::span<const double> values) override;
  void entries(std::span<const std::int32_t> feature, std::span<const double> value) override;
  void end_row() override;

  /// Turns the labels into numbers and returns the names of their classes. Collective. Throws and notes what
  /// LabelCollector::finish does.
  std::vector<std::string> finish_labels(Communicator& comm, const LabelPlace& place,
                                         std::vector<std::string>& notices);

 private:
  void add_label(double value);

  std::vector<Column> columns_;
  LabelKind label_kind_;
  bool has_offset_;
  LabelMap label_map_;
  LabelCollector labels_;
  RowBlock& block_;
  std::vector<double> row_;  // features that come one by one: d of a dense row
  bool has_row_ = false;
  double offset_ = 0;  // of the row
};

/// All that the reader reads; the format is left open. Collective. Throws what FileReader::read() and
/// ResidentRows::finish_labels() throw, with the reader's notices.
RawData collect(FileReader& reader, const ReadSettings& settings, Communicator& comm);

}  // namespace lockstep
