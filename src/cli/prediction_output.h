/// Where predictions go: CSV, HDF5 or standard output, some rows after the other in the order of the data.
#pragma once

#include "cli/commands.h"
#include "risk/prediction.h"
#include "run/model_file.h"

#include <memory>
#include <span>
#include <string>

namespace lockstep {

/// Rows of a rank as they are sent to the one that writes.
struct PredictedRows {
  std::span<const std::string> id;  ///< empty: none asked for
  const Predictions& predictions;
};

/// Every rank makes the bytes of its own rows, rank 0 writes all of them: what is held is one portion.
class PredictionOutput {
 public:
  virtual ~PredictionOutput() = default;

  /// One portion as bytes, on the rank that has its rows. An empty one is no bytes.
  virtual std::string pack(const PredictedRows& rows) const = 0;
  /// Writes it. Rank 0 alone.
  virtual void write(const std::string& packed) = 0;
  /// Puts the file into its place. Rank 0 alone.
  virtual void finish() = 0;
};

/// `writes`: on rank 0, which writes. A file stands under its name when it is whole. `console` and what else is passed
/// outlive it. Throws SystemError as TemporaryFile.
std::unique_ptr<PredictionOutput> make_prediction_output(const PredictSettings& settings, const ModelFile& file,
                                                         bool writes, Console& console);

}  // namespace lockstep
