#include "lockstep/train/problem.h"

#include "lockstep/base/errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

constexpr std::int64_t kDefaultLanes = 64;
constexpr std::size_t kLabelsShown = 10;

void require_two_classes(const std::vector<std::string>& classes, const std::string& path) {
  if (classes.size() == 2) {
    return;
  }
  const auto shown = std::span(classes).first(std::min(classes.size(), kLabelsShown));
  throw DataError({path, 0, 0},
                  fmt::format("logistic regression needs labels of two classes (saw {}: {}{}); "
                              "is --label-column right?",
                              classes.size(), fmt::join(shown, ", "), classes.size() > kLabelsShown ? ", …" : ""));
}

LayoutSettings layout_of(const TrainSettings& settings, int threads) {
  LayoutSettings layout;
  layout.threads = threads;
  if (settings.optimizer == OptimizerKind::sgd) {
    layout.access = Access::mini_batch;
    layout.lanes = settings.lanes > 0 ? settings.lanes : kDefaultLanes;
  }
  return layout;
}

}  // namespace

LabelKind label_kind(ModelKind kind) {
  return kind == ModelKind::logistic ? LabelKind::classes : LabelKind::real;
}

std::unique_ptr<LinearModel> make_model(ModelKind kind, Index features, bool intercept) {
  return std::make_unique<LinearModel>(features, intercept,
                                       kind == ModelKind::logistic ? make_logistic_loss() : make_squared_loss());
}

LabelledData load_training_data(const TrainSettings& settings, int threads, Communicator& comm) {
  ReadSettings read = settings.data;
  read.label_kind = label_kind(settings.model);
  RawData raw = read_data(read, comm);
  if (settings.model == ModelKind::logistic) {
    require_two_classes(raw.class_names, read.path);
  }
  LabelledData data;
  data.label_name = raw.label_name;
  data.rows = make_dataset(std::move(raw), layout_of(settings, threads), comm);
  return data;
}

Dataset load_data_for_model(ReadSettings read, const ModelFile& model, int threads, Communicator& comm) {
  read.label_kind = label_kind(model.kind);
  read.expected_names = model.feature_names;
  read.expected_features = model.features();
  read.expected_classes = model.class_names;
  LayoutSettings layout;
  layout.threads = threads;
  return make_dataset(read_data(read, comm), layout, comm);
}

}  // namespace lockstep
