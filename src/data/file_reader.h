/// One data file, whatever its format: what its columns are, and its rows.
#pragma once

#include "data/feature_rows.h"
#include "data/labels.h"
#include "data/row_sink.h"
#include "data/schema.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lockstep {

class Communicator;

struct FileOutline {
  /// Levels of the label: classes that the file declares. A run of features is as wide as the rows that were read.
  Schema schema = {};
  bool is_dense = true;      ///< features come as features(), else as entries()
  bool has_any_row = false;  ///< any of its rows can be read at any time: FileReader::features()
  LabelPlace label_place = {};
  std::vector<std::string> notices = {};

  // Known once the rows are read.
  std::int64_t rows_in_file = -1;  ///< that the file has by its header; −1: those that were read
  double whole_over_read = 0;      ///< bytes of a text over those of the head that was read; 0: it was read whole
  std::int64_t reader_bytes = 0;   ///< held beside the rows, at most
};

/// Made by a format's `open` (formats.h), for one call of read().
class FileReader {
 public:
  virtual ~FileReader() = default;

  const FileOutline& outline() const { return outline_; }

  /// Pushes this rank's rows: those of all ranks are consecutive in rank order. Collective. Throws the first error of
  /// the file on every rank.
  virtual void read(RowSink& sink, Communicator& comm) = 0;

  /// The features, where read() leaves them out (ReadSettings::features_apart) and any of them can be read at any time;
  /// else null.
  virtual std::shared_ptr<const FeatureRows> features() const { return nullptr; }

 protected:
  explicit FileReader(FileOutline outline) : outline_(std::move(outline)) {}

  FileOutline outline_;
};

}  // namespace lockstep
