#include "cli/synonyms.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace lockstep {

namespace {

struct Synonym {
  const char* elsewhere;
  const char* here;
  const char* note = "";
};

constexpr const char* kAlpha = "l2 = alpha/n in scikit-learn's Ridge, alpha in its PoissonRegressor and SGDClassifier";
constexpr const char* kC = "l2 = 1/(n C); LinearSVC and liblinear -s 2: 1/(2n C); a configuration file: --config";
constexpr const char* kPenalty = "a number, as --l1 is; both together are the elastic net";
constexpr const char* kScale =
    "no option: full-batch optimizers scale columns by themselves; for networks and mini-batches scale them in the "
    "file";
constexpr const char* kMissing = "no option: leave rows with missing values out, or fill them in";
constexpr const char* kPrinted = "no option: the result is printed, and > sends it to a file";
constexpr const char* kFrom = "no option: the model follows from --model, features are the columns that --drop leaves";
constexpr const char* kMachine =
    "no option: it runs on processors; mpirun -n says how many ranks, --threads how many threads each has";
constexpr const char* kOrder = "no option: mini-batches are drawn at random, as --seed says";
constexpr const char* kDropout = "no option: --l2 or --weight-decay keep weights small, --patience stops early";
constexpr const char* kLines = "no option: # begins a comment above the header; remove other lines";
constexpr const char* kOff = "--no-intercept fits none";
constexpr const char* kRatio = "l1 = lambda * ratio, l2 = lambda * (1 - ratio)";

/// Where several fit, the first whose option is known; "" is none, and the note says why.
/// Names of scikit-learn, Keras, PyTorch, XGBoost, LIBLINEAR, glmnet, Spark and Vowpal Wabbit.
constexpr std::array kSynonyms = {
    Synonym{"lr", "learning-rate"},
    Synonym{"eta", "learning-rate"},
    Synonym{"eta0", "learning-rate"},
    Synonym{"learning-rate-init", "learning-rate"},
    Synonym{"step-size", "learning-rate"},
    Synonym{"stepsize", "learning-rate"},
    Synonym{"lr-schedule", "schedule"},
    Synonym{"lr-scheduler", "schedule"},
    Synonym{"ridge", "l2"},
    Synonym{"alpha", "l2", kAlpha},
    Synonym{"c", "l2", kC},
    Synonym{"c", "config"},
    Synonym{"lambda", "l2"},
    Synonym{"lambda1", "l1"},
    Synonym{"lambda2", "l2"},
    Synonym{"reg", "l2"},
    Synonym{"reg-param", "l2"},
    Synonym{"regparam", "l2"},
    Synonym{"reg-alpha", "l1"},
    Synonym{"reg-lambda", "l2"},
    Synonym{"regularization", "l2", kPenalty},
    Synonym{"penalty", "l2", kPenalty},
    Synonym{"lasso", "l1"},
    Synonym{"l1-ratio", "l1", kRatio},
    Synonym{"elastic-net", "l1", kRatio},
    Synonym{"elasticnetparam", "l1", kRatio},
    Synonym{"max-iter", "max-iterations"},
    Synonym{"maxiter", "max-iterations"},
    Synonym{"maxit", "max-iterations"},
    Synonym{"iterations", "max-iterations"},
    Synonym{"iter", "max-iterations"},
    Synonym{"iters", "max-iterations"},
    Synonym{"n-iter", "max-iterations"},
    Synonym{"num-iterations", "max-iterations"},
    Synonym{"num-iter", "max-iterations"},
    Synonym{"max-epochs", "epochs"},
    Synonym{"n-epochs", "epochs"},
    Synonym{"num-epochs", "epochs"},
    Synonym{"nb-epoch", "epochs"},
    Synonym{"passes", "epochs"},
    Synonym{"tol", "tolerance"},
    Synonym{"eps", "tolerance"},
    Synonym{"epsilon", "tolerance"},
    Synonym{"thresh", "tolerance"},
    Synonym{"e", "tolerance"},
    Synonym{"solver", "optimizer"},
    Synonym{"algorithm", "optimizer"},
    Synonym{"method", "optimizer"},
    Synonym{"optim", "optimizer"},
    Synonym{"s", "model", "of liblinear: -s 0 is logistic, -s 2 squared-hinge"},
    Synonym{"family", "model"},
    Synonym{"objective", "model"},
    Synonym{"batch", "batch-size"},
    Synonym{"bs", "batch-size"},
    Synonym{"minibatch", "batch-size"},
    Synonym{"minibatch-size", "batch-size"},
    Synonym{"random-state", "seed"},
    Synonym{"random-seed", "seed"},
    Synonym{"target", "label-column"},
    Synonym{"target-column", "label-column"},
    Synonym{"label", "label-column"},
    Synonym{"response", "label-column"},
    Synonym{"y", "label-column"},
    Synonym{"weight", "weight-column"},
    Synonym{"weights", "weight-column"},
    Synonym{"sample-weight", "weight-column"},
    Synonym{"sample-weights", "weight-column"},
    Synonym{"offset", "offset-column"},
    Synonym{"exposure", "exposure-column"},
    Synonym{"id", "id-column"},
    Synonym{"exclude", "drop"},
    Synonym{"ignore", "drop"},
    Synonym{"input", "data"},
    Synonym{"file", "data"},
    Synonym{"train", "data"},
    Synonym{"train-data", "data"},
    Synonym{"training-data", "data"},
    Synonym{"dataset", "data"},
    Synonym{"out", "output"},
    Synonym{"output", "run"},
    Synonym{"output-dir", "run"},
    Synonym{"out", "run"},
    Synonym{"outdir", "run"},
    Synonym{"dir", "run"},
    Synonym{"save", "run"},
    Synonym{"model", "model-file"},
    Synonym{"model-file", "init", "the model to start from"},
    Synonym{"m", "model-file"},
    Synonym{"o", "output"},
    Synonym{"o", "run"},
    Synonym{"valid", "validation"},
    Synonym{"val", "validation"},
    Synonym{"eval", "validation"},
    Synonym{"test-size", "validation", "a fraction of the rows is held out"},
    Synonym{"validation-split", "validation", "a fraction of the rows is held out"},
    Synonym{"early-stopping", "patience"},
    Synonym{"early-stopping-rounds", "patience"},
    Synonym{"n-iter-no-change", "patience"},
    Synonym{"n-jobs", "threads"},
    Synonym{"jobs", "threads"},
    Synonym{"j", "threads"},
    Synonym{"nthreads", "threads"},
    Synonym{"nthread", "threads"},
    Synonym{"num-threads", "threads"},
    Synonym{"fit-intercept", "intercept"},
    Synonym{"bias", "intercept"},
    Synonym{"no-bias", "intercept", kOff},
    Synonym{"no-fit-intercept", "intercept", kOff},
    Synonym{"add-constant", "intercept"},
    Synonym{"b", "intercept"},
    Synonym{"wd", "weight-decay"},
    Synonym{"clip", "clip-norm"},
    Synonym{"grad-clip", "clip-norm"},
    Synonym{"layers", "hidden"},
    Synonym{"hidden-layer-sizes", "hidden"},
    Synonym{"hidden-layers", "hidden"},
    Synonym{"warm-start", "init"},
    Synonym{"initial-model", "init"},
    Synonym{"pretrained", "init"},
    Synonym{"force", "overwrite"},
    Synonym{"time-limit", "max-time"},
    Synonym{"dry-run", "plan"},
    Synonym{"verbose", "progress"},
    Synonym{"quiet", "progress", "none is quiet"},
    Synonym{"probabilities", "proba"},
    Synonym{"predict-proba", "proba"},
    Synonym{"has-header", "header"},
    Synonym{"sep", "delimiter"},
    Synonym{"separator", "delimiter"},
    Synonym{"delim", "delimiter"},
    Synonym{"dec", "decimal"},
    Synonym{"standardize", "", kScale},
    Synonym{"standardise", "", kScale},
    Synonym{"standardization", "", kScale},
    Synonym{"normalize", "", kScale},
    Synonym{"normalise", "", kScale},
    Synonym{"scale", "", kScale},
    Synonym{"na-values", "", kMissing},
    Synonym{"dropna", "", kMissing},
    Synonym{"missing", "", kMissing},
    Synonym{"out", "", kPrinted},
    Synonym{"output", "", kPrinted},
    Synonym{"formula", "", kFrom},
    Synonym{"link", "", kFrom},
    Synonym{"features", "", kFrom},
    Synonym{"feature-columns", "", kFrom},
    Synonym{"device", "", kMachine},
    Synonym{"gpu", "", kMachine},
    Synonym{"gpus", "", kMachine},
    Synonym{"workers", "", kMachine},
    Synonym{"num-workers", "", kMachine},
    Synonym{"shuffle", "", kOrder},
    Synonym{"no-shuffle", "", kOrder},
    Synonym{"dropout", "", kDropout},
    Synonym{"skip-rows", "", kLines},
    Synonym{"skiprows", "", kLines},
    Synonym{"fit", "train"},
    Synonym{"score", "evaluate"},
    Synonym{"test", "evaluate"},
    Synonym{"test", "validation"},
    Synonym{"infer", "predict"},
    Synonym{"info", "inspect"},
    Synonym{"show", "inspect"},
};

std::string plain(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return c == '_' ? '-' : static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

Meaning meaning_of(std::string_view name, const std::vector<std::string>& known) {
  const std::string wanted = plain(name);
  for (const auto& [elsewhere, here, note] : kSynonyms) {
    if (wanted == elsewhere && (*here == '\0' || std::ranges::find(known, here) != known.end())) {
      return {here, note};
    }
  }
  return {};
}

}  // namespace lockstep
