/// Refuses a run that does not fit the memory, as early as its size is known.
///
/// | when                  | what is known                                                 | refused when | | before
/// data are read  | n, d of HDF5 and IDX, d of CSV; n counted where a text of so  | what is sure does not fit,  | | |
/// many bytes could not fit; density and classes as in the head  | or 2/3 of what is foreseen  | | before the layout |
/// all; held-out rows of a file of their own as foreseen         | it does not fit             |
///
/// So nothing is allocated that was known not to fit, and the Hessian of Newton, which comes after, never.
#pragma once

#include "base/memory_limit.h"
#include "lockstep/comm/execution.h"
#include "run/job_hosts.h"
#include "run/plan.h"

#include <optional>
#include <string>
#include <vector>

namespace lockstep {

/// Where the ranks of a run are.
struct Placement {
  int ranks = 1;
  int ranks_here = 1;  ///< on this rank's machine
  int threads = 1;     ///< of this rank
};

/// Why ranks with this plan do not fit the limits: "24 GB are available on this machine"; empty: they fit. Not
/// Collective.
std::string shortage(const Plan& plan, const Placement& placement, const MemoryLimits& limits);

/// Throws ConfigurationError (78) with the figures of the plan, the shortage, and what to use instead. `is_foreseen`:
/// the rest of the file may show more features or classes, so that the model has at least these parameters. Not
/// Collective.
[[noreturn]] void refuse_plan(const TrainSettings& settings, const ModelDescription& model, const DataShape& shape,
                              const Placement& placement, const MemoryLimits& limits, bool is_foreseen = false,
                              const std::string& what = "");

class MemoryCheck {
 public:
  /// Takes the limits as they stand: to be made before the job takes its part of the memory. Collective.
  /// `what` is to be done, for messages; empty: training by the optimizer.
  MemoryCheck(const TrainSettings& settings, const Execution& execution, const JobHosts& hosts, std::string what = "");

  /// Looks at the head of the data files. Throws what read_data() throws of them. Collective.
  void foresee();
  /// The model and the data as foreseen, and the plan of that.
  Plan foreseen_plan();
  /// How the data were understood, as far as their heads show; on rank 0, which looked at them.
  const std::vector<std::string>& notices() const { return notices_; }
  std::string foreseen_text() const;  ///< "data: about 581000 rows × 54 features, at least 7 classes; …"

  /// Throws ConfigurationError with the figures, and what to use instead, when a run cannot fit, not even with features
  /// that stay in their file where they can. Collective.
  void require_foreseen();
  /// The same when the rows are known. Returns whether features are to stay in their file.
  bool require(const ModelDescription& model, DataShape shape);

 private:
  DataShape foreseen_shape(const DataOutlook& rows, const DataOutlook& held_out) const;
  ModelDescription foreseen_model() const;
  Plan plan_of(const DataShape& shape) const;
  /// The shape with features in their file where they do not fit and can stay there.
  DataShape as_it_fits(const ModelDescription& model, DataShape shape);
  bool fits_everywhere(const Plan& plan);
  void count(DataOutlook& outlook, const std::string& path);
  /// Refuses where `least` does not fit; the message is about the whole.
  void require_least(const Plan& least, const ModelDescription& model, const DataShape& shape, bool is_foreseen);

  const TrainSettings& settings_;
  std::string what_;
  Communicator& comm_;
  Placement placement_;
  MemoryLimits limits_;
  DataOutlook rows_;
  std::vector<std::string> notices_;
  DataOutlook held_out_;  ///< of a file of its own
};

}  // namespace lockstep
