#include "cli/general_help.h"

#include "base/version.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

const std::vector<std::pair<std::string, std::string>> kCommands = {
    {"train", "train a model on data"},
    {"predict", "predictions of a model for data"},
    {"convert", "data of any format as HDF5"},
    {"generate", "data of a model whose parameters are known"},
    {"evaluate", "metrics of a model on data"},
    {"inspect", "what a checkpoint, model, data file or run folder holds"},
    {"diff", "the first step at which two runs differ"},
    {"check", "derivatives of a model on data, and whether a model file is a minimum"},
};

}  // namespace

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  std::ranges::transform(kCommands, std::back_inserter(names), [](const auto& entry) { return entry.first; });
  return names;
}

std::string general_help() {
  std::string text =
      "Lockstep: distributed data-parallel training with the same bits on any number of ranks.\n\n"
      "Usage: trainer COMMAND [OPTIONS]\n"
      "       mpirun -n 8 trainer COMMAND [OPTIONS]\n"
      "       trainer                     trains with ./trainer.toml where there is one\n\n"
      "Commands:\n";
  for (const auto& [name, description] : kCommands) {
    text += fmt::format("  {:<10} {}\n", name, description);
  }
  return text +
         "\nOptions:\n"
         "  --help     this text; `trainer COMMAND --help` lists the options of a command\n"
         "  --version  version of the trainer and of its numerical libraries\n\n"
         "Every option may also be set as LOCKSTEP_<OPTION> in the environment, and those of train in a TOML file.\n"
         "The command line beats the environment, which beats --set, which beats the file.\n";
}

std::string version_text() {
  return fmt::format("trainer {}\n{}\n", version(), build_id());
}

}  // namespace lockstep
