/// An objective of a user's own among ranks: what EmpiricalRisk lets ride with its reduction rides in a small
/// collective after each call.
#pragma once

#include "lockstep/comm/communicator.h"
#include "lockstep/objective/objective.h"
#include "risk/ride_along.h"

#include <cstdint>
#include <functional>

namespace lockstep {

class RiddenObjective final : public Objective {
 public:
  /// `inner` outlives this. `wishes` is asked after each call for those of this rank.
  RiddenObjective(Objective& inner, Communicator& comm, std::function<RideAlong()> wishes);

  Index dimension() const override { return inner_.dimension(); }
  void evaluate(const Vector& w, Order order, Evaluation& result) override;
  void update(UpdateKind kind) override { inner_.update(kind); }
  const Structure& structure() const override { return inner_.structure(); }
  LinePoint along(const Vector& w, const Vector& d, double t) override;
  bool curvature_product(const Vector& w, const Vector& v, Curvature kind, Vector& product) override;
  bool hessian_diagonal(Vector& diagonal) override;
  Recession recession(const Vector& u, const Vector& d) override;
  void replicate(std::span<double> values) override;
  bool any(bool mine) override { return any_rank(comm_, mine); }
  bool leads() const override { return comm_.rank() == 0; }

  /// What all ranks wished for after the last call.
  const RideAlong& agreed() const { return agreed_; }

 private:
  /// True: some rank wishes to stop.
  bool ride(const Vector& w);

  Objective& inner_;
  Communicator& comm_;
  std::function<RideAlong()> wishes_;
  RideAlong agreed_;
};

}  // namespace lockstep
