/// Where a computation runs: on which ranks, and with how many threads on each.
#pragma once

#include "lockstep/comm/communicator.h"

#include <memory>

namespace lockstep {

/// A value: copies run on the same ranks. Making one fixes what this library's BLAS and Eigen would otherwise let
/// depend on the machine (one BLAS thread a caller, Eigen without threads, cache sizes) and asserts it. (An Eigen that
/// a program has beside an installed library is its own.)
class Execution {
 public:
  /// One rank. threads ≥ 1. Throws InternalError where the libraries do not take the settings.
  explicit Execution(int threads = 1);
  /// The ranks of a communicator that this owns.
  Execution(std::unique_ptr<Communicator> comm, int threads);
  /// The ranks of a communicator that outlives this and its copies.
  Execution(Communicator& comm, int threads);

  Communicator& comm() const { return *comm_; }
  int rank() const { return comm_->rank(); }
  int ranks() const { return comm_->size(); }
  int threads() const { return threads_; }  ///< OpenMP threads of this rank

  /// The ranks that give the same colour ≥ 0, in the order of their ranks here. An agreed error of a group is known to
  /// that group alone. Collective.
  Execution split(int colour) const;

 private:
  std::shared_ptr<Communicator> comm_;
  int threads_;
};

}  // namespace lockstep
