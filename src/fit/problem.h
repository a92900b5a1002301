/// What is trained on what: rows laid out for a model, and the model that fits them.
#pragma once

#include "data/dataset.h"
#include "data/split.h"
#include "fit/model_description.h"
#include "lockstep/comm/execution.h"
#include "lockstep/fit/settings.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {

/// What is known of the data before they are laid out: numbers of all ranks together.
struct DataShape {
  std::int64_t rows = 0;            ///< n, trained on
  std::int64_t features = 0;        ///< d
  std::int64_t stored_entries = 0;  ///< nonzeros among the n × d
  std::int64_t held_out_rows = 0;
  std::int64_t held_out_entries = 0;
  std::int64_t columns = 1;       ///< numbers a row beside the features: label, weight, offset
  std::int64_t reader_bytes = 0;  ///< held beside the rows while they are read
  bool has_any_row = false;       ///< features can stay in their file
  bool is_streamed = false;       ///< and do
  bool is_read_dense = true;      ///< the reader holds n × d numbers; else the nonzeros
  bool is_text = false;           ///< cut at newlines, so that rows change ranks once they are counted
  bool is_held_out_file = false;  ///< held-out rows have a file of their own, read after the training rows
};

struct TrainingProblem {
  ModelDescription model;
  Dataset rows;  ///< with scaled columns (column_scaling.h) where a linear model is fitted by steps of its own length
  std::optional<Dataset> validation;
  RowSplit split;                      ///< of the data that `rows` are what is left of
  std::vector<double> class_weights;   ///< one a class, or empty: all 1
  std::vector<double> column_reaches;  ///< of the rows, where a learning rate is to fit all columns; else empty
  DataShape shape;                     ///< of the rows; of held-out rows unless they are read later
};

/// The shape of rows that were read, none of them held out. Collective.
DataShape shape_of_raw(const RawData& raw, const RowSurvey& survey, Communicator& comm);

/// The model that `settings` name, for data of `features` features and labels of `classes` classes.
ModelDescription describe_model(const ModelSettings& settings, std::int64_t features, std::int64_t classes);

/// How the passes of a fit go over its rows, which are laid out for that.
Access access_of(const LearningSettings& settings, const ModelDescription& model);

/// What is to be settled once the training rows are known, and before they are laid out: whether features stay in their
/// file. Collective.
using BeforeLayout = std::function<bool(const ModelDescription& model, const DataShape& shape)>;

/// Rows that are held out, and what a pass over them found.
struct HeldOut {
  RawData raw;
  RowSurvey survey;
};

/// Throws DataError where labels are classes and their number does not fit the model. `source` is where the rows are
/// from, for messages. Replicated.
void require_classes(const LearningSettings& settings, const RawData& raw, const std::string& source);

/// Lays out rows for the model and optimizer of the completed `settings`. `held_out`: rows that wait meanwhile; null:
/// none. Throws DataError when the labels do not fit the model, ConfigurationError when class weights
/// do not fit the labels, and what `before_layout` (may be empty) throws. Collective.
TrainingProblem make_problem(const LearningSettings& settings, const std::string& source, RawData raw,
                             const HeldOut* held_out, const Execution& execution,
                             const BeforeLayout& before_layout = {});

/// Where a fit starts: zeros, of networks weights drawn for the columns that their steps are taken in.
Vector starting_parameters(const TrainingProblem& problem, std::uint64_t seed);

/// Lays out the rows that are held out. Collective.
void hold_out(const LearningSettings& settings, HeldOut rows, const Execution& execution, TrainingProblem& problem);

}  // namespace lockstep
