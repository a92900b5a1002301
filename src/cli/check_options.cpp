/// The options of check.
#include "cli/option_pieces.h"
#include "cli/options.h"
#include "io/printable.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

std::vector<Option> check_options(CheckSettings& settings) {
  using Kind = Option::Kind;
  TrainSettings& training = settings.training;
  std::vector<Option> options = data_options(training.data);
  append(options, model_options(training));
  options.push_back({"model-file", "Model", "F",
                     "model.h5 whose optimality is judged; it brings model, penalties and columns (default: none)",
                     Kind::value, into(settings.model_file)});
  options.push_back({"tolerance", "Check", "X",
                     "stationary: relative Newton decrement <= X, as in training; above 0 (default 1e-6)", Kind::value,
                     into(training.tolerance)});
  options.push_back({"seed", "Check", "N",
                     "of the random point and directions, without a model file also of first weights; 0 to 2^64 - 1 "
                     "(default 0)",
                     Kind::value, into(training.seed)});
  options.push_back(
      {"json", "Output", "", "one JSON object instead of a table (default off)", Kind::flag, into(settings.json)});
  options.push_back(threads_option(training.threads));
  return options;
}

void require_no_model_options(const CheckSettings& settings) {
  if (settings.model_file.empty()) {
    return;
  }
  CheckSettings standard;
  const std::vector<ConfigEntry> expected = config_entries(standard.training);
  const std::vector<ConfigEntry> given = config_entries(settings.training);
  for (const Option& option : model_options(standard.training)) {
    const auto value_of = [&](const std::vector<ConfigEntry>& entries) {
      return std::ranges::find(entries, option.name, &ConfigEntry::key)->value;
    };
    if (value_of(given) != value_of(expected)) {
      throw UsageError(fmt::format("--{} {}: comes with --model-file; leave one of them out", option.name,
                                   printable(value_of(given))));
    }
  }
}

}  // namespace lockstep
