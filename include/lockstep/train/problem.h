/// What is trained on what: data read for a model, and the model that fits them.
#pragma once

#include "lockstep/base/console.h"
#include "lockstep/data/dataset.h"
#include "lockstep/model/linear_model.h"
#include "lockstep/train/model_file.h"
#include "lockstep/train/settings.h"

#include <memory>
#include <string>

namespace lockstep {

/// How labels are understood for a model.
LabelKind label_kind(ModelKind kind);

std::unique_ptr<LinearModel> make_model(ModelKind kind, Index features, bool intercept);

/// Data and their label's name.
struct LabelledData {
  Dataset rows;
  std::string label_name;
};

/// Reads and lays out the training data. Throws DataError when the labels do not fit the model. Collective.
LabelledData load_training_data(const TrainSettings& settings, int threads, Communicator& comm);

/// Reads data for a model that exists: the same columns and classes. Collective.
Dataset load_data_for_model(ReadSettings read, const ModelFile& model, int threads, Communicator& comm);

}  // namespace lockstep
