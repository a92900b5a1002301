#include "run/ridden_objective.h"

#include "base/hash.h"
#include "comm/agreement.h"

#include <algorithm>
#include <vector>

namespace lockstep {

RiddenObjective::RiddenObjective(Objective& inner, Communicator& comm, std::function<RideAlong()> wishes)
    : inner_(inner), comm_(comm), wishes_(std::move(wishes)) {}

void RiddenObjective::evaluate(const Vector& w, Order order, Evaluation& result) {
  result.stop_requested = false;
  inner_.evaluate(w, order, result);
  result.stop_requested = ride(w) || result.stop_requested;
}

LinePoint RiddenObjective::along(const Vector& w, const Vector& d, double t) {
  LinePoint point = inner_.along(w, d, t);
  point.stop_requested = ride(d) || point.stop_requested;
  return point;
}

bool RiddenObjective::curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product) {
  const bool stop = inner_.curvature_product(w, v, kind, product);
  return ride(v) || stop;
}

bool RiddenObjective::hessian_diagonal(Vector& diagonal) {
  const bool stop = inner_.hessian_diagonal(diagonal);
  return ride(diagonal) || stop;
}

Recession RiddenObjective::recession(const Vector& u, const Vector& d) {
  Recession found = inner_.recession(u, d);
  found.stop_requested = ride(d) || found.stop_requested;
  return found;
}

void RiddenObjective::replicate(std::span<double> values) {
  broadcast_values(comm_, values, 0);
}

bool RiddenObjective::ride(const Vector& w) {
  struct Words {
    RideAlong wishes;
    std::uint64_t hash = 0;
  };
  const std::uint64_t mine = hash64(std::span(w.data(), static_cast<std::size_t>(w.size())));
  agreed_ = {};
  const std::vector<Words> all = all_gather_value(comm_, Words{wishes_(), mine});
  bool is_same = true;
  for (const Words& words : all) {
    agreed_.stop = std::max(agreed_.stop, words.wishes.stop);
    agreed_.checkpoint = std::max(agreed_.checkpoint, words.wishes.checkpoint);
    is_same = is_same && words.hash == all.front().hash;
  }
  if (!is_same) {  // every rank sees it
    require_same(comm_, mine);
  }
  return agreed_.stop != 0;
}

}  // namespace lockstep
