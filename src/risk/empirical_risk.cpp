#include "risk/empirical_risk.h"

#include "base/blocks.h"
#include "base/hash.h"
#include "base/lanes.h"
#include "lockstep/base/errors.h"
#include "risk/batch_schedule.h"
#include "risk/overflow.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

std::uint64_t hash_of(const Vector& w) {
  return hash64(std::span(w.data(), static_cast<std::size_t>(w.size())));
}

double header(const Partial& total, LossHeader field) {
  return total.header()[static_cast<std::size_t>(field)];
}

std::uint64_t word(const Partial& total, RidingWord which) {
  return total.words()[static_cast<std::size_t>(which)];
}

/// mean_i = sum_i / scale in float64
template <typename T>
void divide(std::span<const T> sum, double scale, Index begin, Index end, Vector& mean) {
  for (Index i = begin; i < end; ++i) {
    mean[i] = static_cast<double>(sum[static_cast<std::size_t>(i)]) / scale;
  }
}

}  // namespace

EmpiricalRisk::EmpiricalRisk(const Dataset& data, const Model& model, Penalty penalty, BatchSettings batches,
                             int threads, Communicator& comm, std::function<RideAlong()> wishes)
    : data_(data),
      model_(model),
      penalty_(penalty),
      batches_(batches),
      threads_(threads),
      comm_(comm),
      wishes_(std::move(wishes)),
      reduction_(data, threads, comm) {
  if (!data.column_scale.empty()) {
    scales_ = Vector::Ones(model.dimension());
    for (Index j = 0; j < model.penalised(); ++j) {
      scales_[j] = data.column_scale[static_cast<std::size_t>(j % data.features)];
    }
  }
  penalty_.set_scales(scales_);
  l1_ = penalty_.l1(model.dimension());
  for (const InvariantShift& shift : model.invariant_shifts()) {
    if (penalty_.is_zero() || shift.first >= penalty_.penalised()) {
      shifts_.push_back(shift);
    }
  }
}

void EmpiricalRisk::evaluate(const Vector& w, Order order, Evaluation& result) {
  model_.prepare(w, point_);
  const Partial& total = batch_selected_ ? sum_lanes(w, order) : sum_leaves(w, order);
  take_words(total, w);
  take_results(total, w, order, result);
  if (!batch_selected_) {
    total_weight_ = result.weight;
  }
  passes_ += batch_selected_ ? 1 / static_cast<double>(steps_per_epoch()) : 1;
}

RidingWords EmpiricalRisk::words_at(const Vector& w) const {
  const RideAlong mine = wishes_ ? wishes_() : RideAlong{};
  const std::uint64_t hash = hash_of(w);
  RidingWords words{};
  words[static_cast<std::size_t>(RidingWord::stop)] = mine.stop;
  words[static_cast<std::size_t>(RidingWord::checkpoint)] = mine.checkpoint;
  words[static_cast<std::size_t>(RidingWord::parameter_hash)] = hash;
  words[static_cast<std::size_t>(RidingWord::parameter_hash_low)] = ~hash;
  return words;
}

/// One pass over all local rows, leaf by leaf.
const Partial& EmpiricalRisk::sum_leaves(const Vector& w, Order order) {
  Margins* margins = nullptr;
  if (model_.keeps_margins()) {
    last_margins_.resize(static_cast<std::size_t>(data_.rows * model_.outputs()));
    margins = &last_margins_;
  }
  const double products = order == Order::hessian ? static_cast<double>(data_.features) : 1;
  return reduction_.over_leaves(model_.shape(order), words_at(w), products * work_of_rows(data_, model_, data_.rows),
                                [&](std::int64_t leaf, Partial& into, Workspace& scratch) {
                                  model_.add_rows(data_, data_.panels_of_leaf(leaf), point_, order, into, scratch,
                                                  margins);
                                });
}

/// The rows of this step, lane by lane.
const Partial& EmpiricalRisk::sum_lanes(const Vector& w, Order order) {
  const std::int64_t steps = steps_per_epoch();
  const Index height = panel_rows(data_.features);
  const auto add_lane = [&](std::int64_t lane, Partial& into, Workspace& scratch) {
    const std::vector<std::int32_t>& rows = lane_order_[static_cast<std::size_t>(lane - reduction_.own_lanes().begin)];
    const Run batch = batch_positions(position_.step, steps, lane, data_.partition.lanes, std::ssize(rows));
    for (std::int64_t begin = batch.begin; begin < batch.end; begin += height) {
      const Rows piece{0, std::min<Index>(height, batch.end - begin), -1, rows.data() + begin};
      model_.add_rows(data_, std::span(&piece, 1), point_, order, into, scratch, nullptr);
    }
  };
  const auto share = static_cast<double>(reduction_.own_lanes().size()) / static_cast<double>(data_.partition.lanes);
  const double work = share * work_of_rows(data_, model_, std::min(batches_.batch_size, data_.partition.rows));
  return reduction_.over_lanes(model_.shape(order), words_at(w), work, add_lane);
}

void EmpiricalRisk::take_words(const Partial& total, const Vector& w) {
  agreed_ = {word(total, RidingWord::stop), word(total, RidingWord::checkpoint)};
  if (word(total, RidingWord::parameter_hash) != ~word(total, RidingWord::parameter_hash_low)) {
    require_agreement(hash_of(w));
  }
}

void EmpiricalRisk::require_agreement(std::uint64_t hash) {
  const std::vector<std::uint64_t> all = all_gather_value(comm_, hash);
  std::map<std::uint64_t, std::vector<int>> ranks_of;
  for (int rank = 0; rank < comm_.size(); ++rank) {
    ranks_of[all[static_cast<std::size_t>(rank)]].push_back(rank);
  }
  if (ranks_of.size() == 1) {
    return;
  }
  const auto by_size = [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); };
  const auto most = std::ranges::max_element(ranks_of, by_size);
  std::vector<int> odd;
  for (auto group = ranks_of.begin(); group != ranks_of.end(); ++group) {
    if (group != most) {
      odd.insert(odd.end(), group->second.begin(), group->second.end());
    }
  }
  std::ranges::sort(odd);
  throw InternalError(
      fmt::format("ranks diverged: rank {} of {} holds other parameters than the rest; nothing of this "
                  "step was saved; resume from the last checkpoint, on other hardware if it repeats",
                  fmt::join(odd, ", "), comm_.size()));
}

/// Intensive after: the division by Σs and the penalty, once.
void EmpiricalRisk::take_results(const Partial& total, const Vector& w, Order order, Evaluation& result) const {
  const double weight = header(total, LossHeader::weight);
  const double divisor = weight > 0 ? weight : 1;
  const double penalty = penalty_.value(w, threads_);
  result.weight = weight;
  result.mistakes = header(total, LossHeader::mistakes);
  result.stop_requested = agreed_.stop != 0;
  result.value = header(total, LossHeader::loss) / divisor + penalty;
  result.scale = header(total, LossHeader::scale) / divisor + penalty;
  if (order >= Order::gradient) {
    take_mean(total, weight, w, result.gradient);
  }
  if (order == Order::hessian) {
    const Index p = dimension();
    const double* payload = total.payload<double>().data();
    result.hessian.resize(p);
    result.hessian.packed() = Eigen::Map<const Vector>(payload + p, p * (p + 1) / 2) / divisor;
    penalty_.add_hessian(result.hessian);
  }
}

/// mean = payload / Σs + the penalty's product with v, in one pass: a network's gradient is long.
void EmpiricalRisk::take_mean(const Partial& total, double weight, const Vector& v, Vector& mean) const {
  const double scale = weight > 0 ? weight : 1;
  mean.resize(dimension());
  for_each_block(mean.size(), threads_, [&](Index begin, Index end) {
    if (total.shape().scalar == Scalar::float64) {
      divide(total.payload<double>(), scale, begin, end, mean);
    } else {
      divide(total.payload<float>(), scale, begin, end, mean);
    }
    penalty_.add_product(v, begin, end, mean);
  });
}

LinePoint EmpiricalRisk::along(const Vector& w, const Vector& d, double t) {
  const Vector point = w + t * d;
  if (!model_.keeps_margins()) {
    Evaluation at;
    evaluate(point, Order::gradient, at);
    return {at.value, dot(at.gradient, d), at.stop_requested};
  }
  const Partial& total = reduction_.over_leaves(
      model_.shape(Order::value), words_at(point), static_cast<double>(data_.rows * model_.outputs()),
      [&](std::int64_t leaf, Partial& into, Workspace& scratch) {
        model_.add_losses_between(data_, data_.panels_of_leaf(leaf), accepted_margins_, trial_margins_, t, into,
                                  scratch);
      });
  take_words(total, point);
  const double scale = total_weight_ > 0 ? total_weight_ : 1;
  const LinePoint penalty = penalty_.along(w, d, t);
  return {header(total, LossHeader::loss) / scale + penalty.value,
          header(total, LossHeader::slope) / scale + penalty.slope, agreed_.stop != 0};
}

Recession EmpiricalRisk::recession(const Vector& u, const Vector& d) {
  Evaluation there;
  evaluate(u + d, Order::value, there);
  update(UpdateKind::trial);
  const Partial& total = reduction_.over_leaves(
      {kRecessionHeader, 0, Scalar::float64}, words_at(u), static_cast<double>(data_.rows * model_.outputs()),
      [&](std::int64_t leaf, Partial& into, Workspace& scratch) {
        model_.add_recession(data_, data_.panels_of_leaf(leaf), accepted_margins_, trial_margins_, into, scratch);
      });
  take_words(total, u);
  return {total.header()[static_cast<std::size_t>(RecessionHeader::falling)],
          total.header()[static_cast<std::size_t>(RecessionHeader::rising)], agreed_.stop != 0};
}

bool EmpiricalRisk::sum_products(const Vector& w, const LeafSummer::AddLeaf& add_leaf, const Vector& v,
                                 Vector& product) {
  const Partial& total = reduction_.over_leaves(model_.shape(Order::gradient), words_at(w),
                                                work_of_rows(data_, model_, data_.rows), add_leaf);
  take_words(total, w);
  take_mean(total, total_weight_, v, product);
  passes_ += 1;
  return agreed_.stop != 0;
}

bool EmpiricalRisk::curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product) {
  model_.prepare(w, point_);
  model_.prepare(v, direction_);
  return sum_products(
      w,
      [&](std::int64_t leaf, Partial& into, Workspace& scratch) {
        model_.add_curvature_product(data_, data_.panels_of_leaf(leaf), point_, direction_, kind, accepted_margins_,
                                     into, scratch);
      },
      v, product);
}

bool EmpiricalRisk::hessian_diagonal(Vector& diagonal) {
  return sum_products(
      Vector(),
      [&](std::int64_t leaf, Partial& into, Workspace& scratch) {
        model_.add_hessian_diagonal(data_, data_.panels_of_leaf(leaf), accepted_margins_, into, scratch);
      },
      Vector::Ones(dimension()), diagonal);
}

void EmpiricalRisk::update(UpdateKind kind) {
  if (!model_.keeps_margins()) {
    return;
  }
  switch (kind) {
    case UpdateKind::initial:
    case UpdateKind::accept:
      std::swap(accepted_margins_, last_margins_);
      break;
    case UpdateKind::trial:
      std::swap(trial_margins_, last_margins_);
      break;
  }
}

std::int64_t EmpiricalRisk::steps_per_epoch() const {
  return lockstep::steps_per_epoch(data_.partition.rows, batches_.batch_size);
}

void EmpiricalRisk::select_batch(const BatchPosition& position) {
  batch_selected_ = true;
  position_ = position;
  if (position.epoch == shuffled_epoch_) {
    return;
  }
  shuffled_epoch_ = position.epoch;
  const Run lanes = reduction_.own_lanes();
  lane_order_.resize(static_cast<std::size_t>(lanes.size()));
  for (std::int64_t lane = lanes.begin; lane < lanes.end; ++lane) {
    const Run rows = data_.partition.rows_of_leaves(data_.partition.leaves_of({lane, lane + 1}));
    std::vector<std::int32_t>& order = lane_order_[static_cast<std::size_t>(lane - lanes.begin)];
    order = shuffled_lane(batches_.seed, position.epoch, lane, rows.size());
    for (std::int32_t& row : order) {
      row += static_cast<std::int32_t>(rows.begin - data_.first_row);
    }
  }
}

void EmpiricalRisk::replicate(std::span<double> values) {
  broadcast_values(comm_, values, 0);
}

void EmpiricalRisk::remove_invariant(Vector& v) const {
  for (const InvariantShift& shift : shifts_) {
    double sum = 0;
    for (Index k = 0; k < shift.count; ++k) {
      sum += v[shift.first + k * shift.stride];
    }
    for (Index k = 0; k < shift.count; ++k) {
      v[shift.first + k * shift.stride] -= sum / static_cast<double>(shift.count);
    }
  }
}

/// The multiple is the mean diagonal of the shifted parameters, so that the filled directions are as stiff as the rest.
void EmpiricalRisk::fill_invariant(SymmetricMatrix& hessian) const {
  for (const InvariantShift& shift : shifts_) {
    double sum = 0;
    for (Index k = 0; k < shift.count; ++k) {
      const Index j = shift.first + k * shift.stride;
      sum += hessian(j, j);
    }
    const double fill = sum / static_cast<double>(shift.count * shift.count);
    for (Index k = 0; k < shift.count; ++k) {
      for (Index l = 0; l <= k; ++l) {
        hessian(shift.first + k * shift.stride, shift.first + l * shift.stride) += fill;
      }
    }
  }
}

std::int64_t EmpiricalRisk::first_row_that_overflows() const {
  return lockstep::first_row_that_overflows(data_, model_, point_, comm_);
}

/// With offsets it may be they that separate, which longer coefficients do not make better.
bool EmpiricalRisk::unbounded_when_separated() const {
  return model_.unbounded_when_separated() && penalty_.is_zero() && !data_.has_offset;
}

std::string EmpiricalRisk::parameter_name(Index j) const {
  const bool is_intercept = j >= model_.penalised();
  const Index feature = is_intercept ? 0 : j % data_.features;
  const auto k = static_cast<std::size_t>(is_intercept ? j - model_.penalised() : j / data_.features);
  std::string name = is_intercept ? "intercept" : data_.schema.feature_name(feature);
  if (name.empty()) {
    name = fmt::format("feature {}", feature + 1);
  }
  const std::vector<std::string>& classes = data_.schema.class_names();
  if (model_.outputs() > 1 && k < classes.size()) {
    name += " of class " + classes[k];
  }
  return name;
}

}  // namespace lockstep
