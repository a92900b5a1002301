/// Problems from files: data read for a model that is to be trained, or for one that exists.
#pragma once

#include "fit/problem.h"
#include "lockstep/comm/execution.h"
#include "risk/overflow.h"
#include "run/columns_by_position.h"
#include "run/model_file.h"
#include "run/settings.h"

#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// How a file of held-out rows is read, but for the names and classes that the training rows have.
ReadSettings held_out_settings(const TrainSettings& settings);

/// That file read with the training rows' roles of columns, as `like` knows their names: the label of the same name,
/// whatever else bears a usual one; in a table without a header all by their places. Reads the head of the file. Not
/// Collective. Throws DataError as DataColumns and columns_by_position().
StoredColumns held_out_columns(const TrainSettings& settings, const ModelFile& like);

/// Reads and lays out the training and validation data. `settings` are completed. Throws DataError when the labels do
/// not fit the model, ConfigurationError when class weights do not fit the labels, and what `before_layout` (may be
/// empty) throws. Collective.
TrainingProblem load_problem(const TrainSettings& settings, const Execution& execution,
                             const BeforeLayout& before_layout = {});

/// The problem that a model file solves: `settings` are those stored in it and say where the data are, whose columns
/// and classes are the model's. Throws DataError where they do not describe that model. Collective.
TrainingProblem load_problem_for_model(TrainSettings settings, const ModelFile& file, const Execution& execution,
                                       const BeforeLayout& before_layout = {});

/// How data are read for a model that exists.
ReadSettings settings_for_model(ReadSettings read, const ModelFile& file);

/// Reads data for a model that exists: the same columns and classes. Labels that are optional are not read. Collective.
Dataset load_data_for_model(ReadSettings read, const ModelFile& file, const Execution& execution,
                            const BeforeLayout& before_layout = {});

/// Throws DataError naming `path` and the first row whose result overflows, of those with weight; `weights` empty: of
/// all. Collective.
void require_finite(RowResult result, const Dataset& data, const Margins& margins, Task task,
                    std::span<const double> weights, const std::string& path, Communicator& comm);

}  // namespace lockstep
