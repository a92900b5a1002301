/// summary.json: how a run ended, for people and scripts.
#pragma once

#include "lockstep/optim/minimizer.h"
#include "risk/metrics.h"

#include <cstdint>
#include <string>

namespace lockstep {

/// Seconds of this job, not of the jobs before it.
struct RunSeconds {
  double load = 0;
  double train = 0;
  double evaluate = 0;
  double checkpoint = 0;         ///< for which saving kept training waiting
  double checkpoint_writer = 0;  ///< of the processor, beside training
  double total = 0;
};

struct RunSummary {
  Summary outcome;
  std::string model;
  std::string optimizer;
  std::int64_t iterations = 0;  ///< completed iterations, or steps of a mini-batch run
  std::int64_t epochs = 0;
  double passes = 0;  ///< over the features of all rows, of this job
  std::int64_t rows = 0;
  std::int64_t features = 0;
  std::int64_t parameters = 0;
  int ranks = 1;
  int threads = 1;
  std::string data_fingerprint;
  std::string parameters_sha256;
  Metrics metrics;
  Metrics validation;
  RunSeconds seconds;
};

/// "converged", "max_iterations" (the limit of epochs, too: scripts wait for this word), "stopped" or "failed".
std::string status_text(Summary::Status status);

/// The document. Numbers that are not finite are null.
std::string to_json(const RunSummary& summary);

/// "accuracy 0.9842  log_loss 0.06  auc 0.998"
std::string to_text(const Metrics& metrics);

/// A JSON object of the metrics.
std::string to_json(const Metrics& metrics);

}  // namespace lockstep
