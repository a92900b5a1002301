#include "risk/empirical_risk.h"

#include "base/blocks.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/lanes.h"
#include "base/test_failure.h"
#include "comm/agreement.h"
#include "lockstep/base/errors.h"
#include "risk/overflow.h"
#include "risk/standardization.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

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

void require(bool holds, const char* what) {
  if (!holds) {
    throw InternalError(what);
  }
}

/// What the penalty is on, over the oracle's parameters: w = D u, or w times the deviation of its column.
Vector penalty_scales(const RowFacts& facts, const Model& model, Vector scales) {
  if (facts.deviation.empty()) {
    return scales;
  }
  if (scales.size() == 0) {
    scales = Vector::Ones(model.dimension());
  }
  for (Index j = 0; j < scales.size(); ++j) {
    if (const ParameterPlace place = model.place(j); place.feature >= 0) {
      scales[j] *= facts.deviation[static_cast<std::size_t>(place.feature)];
    }
  }
  return scales;
}

std::string name_of(const RowFacts& facts, const Model& model, Index j) {
  const ParameterPlace place = model.place(j);
  std::string name = place.feature < 0 ? "intercept" : facts.schema.feature_name(place.feature);
  if (name.empty()) {
    name = fmt::format("feature {}", place.feature + 1);
  }
  const std::vector<std::string>& classes = facts.schema.class_names();
  if (model.outputs() > 1 && place.output >= 0 && place.output < std::ssize(classes)) {
    name += " of class " + classes[static_cast<std::size_t>(place.output)];
  }
  return name;
}

}  // namespace

EmpiricalRisk::EmpiricalRisk(const LeafSource& rows, const Model& model, Penalty penalty, BatchSettings batches,
                             const Execution& execution, std::function<RideAlong()> wishes)
    : rows_(rows),
      model_(model),
      maps_steps_(!rows.facts().centre.empty()),
      penalty_(penalty),
      execution_(execution),
      wishes_(std::move(wishes)),
      engine_(std::make_unique<ThreadedEngine>(model, rows.facts(), execution.threads())),
      reduction_(rows.facts().partition, execution) {
  if (batches.batch_size > 0) {
    batches_ = rows.batches(batches);
  }
  const RowFacts& facts = rows.facts();
  take_columns(facts, model, structure_);
  penalty_.set_scales(penalty_scales(facts, model, structure_.scales));
  structure_.l1 = penalty_.l1(model.dimension());
  if (model.keeps_margins()) {  // the losses are convex in them
    structure_.least_curvature = penalty_.curvature(model.dimension());
  } else {
    structure_.curvature = Curvature::gauss_newton;
  }
  structure_.penalised = model.penalised();
  std::ranges::copy_if(
      model.invariant_shifts(), std::back_inserter(structure_.shifts),
      [this](const InvariantShift& shift) { return penalty_.is_zero() || shift.first >= penalty_.penalised(); });
  structure_.has_hessian = model.has(PassKind::hessian) && !maps_steps_;
  structure_.has_hessian_diagonal = model.has(PassKind::diagonal) && !maps_steps_;
  structure_.can_recede = model.has(PassKind::recession) && penalty_.is_zero();
  // With offsets it may be they that separate, which longer coefficients do not make better.
  structure_.unbounded_when_separated =
      model.unbounded_when_separated() && penalty_.is_zero() && !rows.facts().has_offset;
  structure_.name = [&rows, &model](Index j) { return name_of(rows.facts(), model, j); };
}

void EmpiricalRisk::evaluate(const Vector& w, Order order, Evaluation& result) {
  prepare(w, point_);
  Pass pass;
  pass.kind = pass_kind(order);
  pass.w = &point_;
  if (model_.keeps_margins() && !batch_selected_) {
    last_margins_.resize(static_cast<std::size_t>(rows_.facts().rows * model_.outputs()));
    pass.keep = last_margins_;
  }
  const std::uint64_t hash = hash_of(w);
  const Partial& total = batch_selected_ ? over_batch(pass, hash) : over_all(pass, hash);
  take_results(total, w, order, result);
  if (!batch_selected_) {
    total_weight_ = result.weight;
    last_hash_ = hash;
    is_fresh_ = true;
  }
  passes_ += batch_selected_ ? 1 / static_cast<double>(steps_per_epoch()) : 1;
}

RidingWords EmpiricalRisk::words_for(std::uint64_t hash) const {
  const RideAlong mine = wishes_ ? wishes_() : RideAlong{};
  RidingWords words{};
  words[static_cast<std::size_t>(RidingWord::stop)] = mine.stop;
  words[static_cast<std::size_t>(RidingWord::checkpoint)] = mine.checkpoint;
  words[static_cast<std::size_t>(RidingWord::interrupted)] = engine_->was_interrupted() ? 1 : 0;
  words[static_cast<std::size_t>(RidingWord::parameter_hash)] = hash;
  words[static_cast<std::size_t>(RidingWord::parameter_hash_low)] = ~hash;
  return words;
}

/// Wishes that come up in the pass ride with its reduction.
const Partial& EmpiricalRisk::over_all(Pass pass, std::uint64_t hash) {
  pass.may_be_interrupted = wishes_ && batches_ == nullptr;
  NodeStack& mine = engine_->run(pass, rows_, reduction_.own_leaves());
  return checked(reduction_.reduce_leaves(words_for(hash), mine), hash);
}

const Partial& EmpiricalRisk::over_batch(const Pass& pass, std::uint64_t hash) {
  NodeStack& mine = engine_->run(pass, *batches_, reduction_.own_lanes());
  return checked(reduction_.reduce_lanes(words_for(hash), mine), hash);
}

const Partial& EmpiricalRisk::checked(const Partial& total, std::uint64_t hash) {
  agreed_ = {word(total, RidingWord::stop), word(total, RidingWord::checkpoint)};
  if (word(total, RidingWord::parameter_hash) != ~word(total, RidingWord::parameter_hash_low)) {
    require_same(execution_.comm(), hash);
  }
  if (word(total, RidingWord::interrupted) != 0) {
    throw Agreed<Interrupted>("a pass over the rows was given up");
  }
  return total;
}

/// Intensive after: the division by Σs and the penalty, once.
void EmpiricalRisk::take_results(const Partial& total, const Vector& w, Order order, Evaluation& result) const {
  const double weight = header(total, LossHeader::weight);
  const double divisor = weight > 0 ? weight : 1;
  const double penalty = penalty_.value(w, execution_.threads());
  result.weight = weight;
  result.mistakes = header(total, LossHeader::mistakes);
  result.stop_requested = agreed_.stop != 0;
  result.value = header(total, LossHeader::loss) / divisor + penalty;
  result.scale = header(total, LossHeader::scale) / divisor + penalty;
  if (order >= Order::gradient) {
    take_mean(total, weight, w, result.gradient);
    if (test_drift()) {
      result.gradient[0] = std::nextafter(result.gradient[0], 1.0);
    }
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
  for_each_block(mean.size(), execution_.threads(), [&](Index begin, Index end) {
    if (total.shape().scalar == Scalar::float64) {
      divide(total.payload<double>(), scale, begin, end, mean);
    } else {
      divide(total.payload<float>(), scale, begin, end, mean);
    }
    if (!maps_steps_) {
      penalty_.add_product(v, begin, end, mean);
    }
  });
  if (maps_steps_) {
    mean = gradient_in_scaled(structure_, mean);
    penalty_.add_product(v, 0, mean.size(), mean);
  }
}

Vector EmpiricalRisk::of_columns(const Vector& w) const {
  return maps_steps_ ? w : to_scaled(*this, w);
}

void EmpiricalRisk::prepare(const Vector& u, KernelParameters& to) const {
  if (maps_steps_) {
    model_.prepare(from_scaled(structure_, u), to);
  } else {
    model_.prepare(u, to);
  }
}

/// Of models that keep margins without a pass over the features; of others by the derivative of the margins along d.
LinePoint EmpiricalRisk::along(const Vector& w, const Vector& d, double t) {
  const Vector point = w + t * d;
  Pass pass;
  pass.kind = PassKind::line;
  pass.t = t;
  if (model_.keeps_margins()) {
    require(has_trial_, "a line needs the point that it leads to");
    pass.from = accepted_margins_;
    pass.to = trial_margins_;
  } else {
    prepare(point, point_);
    prepare(d, direction_);
    pass.w = &point_;
    pass.v = &direction_;
    passes_ += 1;
  }
  const Partial& total = over_all(pass, hash_of(point));
  const double scale = total_weight_ > 0 ? total_weight_ : 1;
  const LinePoint penalty = penalty_.along(w, d, t);
  return {header(total, LossHeader::loss) / scale + penalty.value,
          header(total, LossHeader::slope) / scale + penalty.slope, agreed_.stop != 0};
}

Recession EmpiricalRisk::recession(const Vector& u, const Vector& d) {
  require(has_point_, "a recession needs an accepted point");
  Evaluation there;
  evaluate(u + d, Order::value, there);
  update(UpdateKind::trial);
  Pass pass;
  pass.kind = PassKind::recession;
  pass.from = accepted_margins_;
  pass.to = trial_margins_;
  const Partial& total = over_all(pass, accepted_hash_);
  return {total.header()[static_cast<std::size_t>(RecessionHeader::falling)],
          total.header()[static_cast<std::size_t>(RecessionHeader::rising)], agreed_.stop != 0};
}

bool EmpiricalRisk::take_product(const Pass& pass, std::uint64_t hash, const Vector& v, Vector& product) {
  take_mean(over_all(pass, hash), total_weight_, v, product);
  passes_ += 1;
  return agreed_.stop != 0;
}

bool EmpiricalRisk::curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product) {
  require(has_point_, "a product needs an accepted point");
  prepare(w, point_);
  prepare(v, direction_);
  Pass pass;
  pass.kind = PassKind::product;
  pass.w = &point_;
  pass.v = &direction_;
  pass.curvature = kind;
  pass.from = accepted_margins_;
  return take_product(pass, hash_of(w), v, product);
}

bool EmpiricalRisk::hessian_diagonal(Vector& diagonal) {
  require(has_point_, "a diagonal needs an accepted point");
  Pass pass;
  pass.kind = PassKind::diagonal;
  pass.from = accepted_margins_;
  return take_product(pass, accepted_hash_, Vector::Ones(dimension()), diagonal);
}

void EmpiricalRisk::update(UpdateKind kind) {
  require(is_fresh_, "update() tells of a point that was not evaluated over all rows, or told of already");
  is_fresh_ = false;
  has_trial_ = kind == UpdateKind::trial;
  if (!has_trial_) {
    has_point_ = true;
    accepted_hash_ = last_hash_;
  }
  std::swap(has_trial_ ? trial_margins_ : accepted_margins_, last_margins_);
}

void EmpiricalRisk::replicate(std::span<double> values) {
  broadcast_values(execution_.comm(), values, 0);
}

bool EmpiricalRisk::any(bool mine) {
  return any_rank(execution_.comm(), mine);
}

std::int64_t EmpiricalRisk::steps_per_epoch() const {
  return batches_ ? batches_->steps_per_epoch() : 1;
}

void EmpiricalRisk::select_batch(const BatchPosition& position) {
  require(batches_ != nullptr, "a full-batch run has no batches");
  batches_->select(position);
  batch_selected_ = true;
}

std::int64_t EmpiricalRisk::first_row_that_overflows() const {
  return lockstep::first_row_that_overflows(rows_, model_, point_, execution_.comm());
}

}  // namespace lockstep
