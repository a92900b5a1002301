#include "cli/command_line.h"

#include "cli/arguments.h"
#include "cli/general_help.h"
#include "cli/layers.h"
#include "cli/suggestion.h"
#include "io/file_system.h"
#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "run/config_entries.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

constexpr const char* kDefaultConfig = "trainer.toml";

Layer command_line_layer(const Arguments& arguments, const std::vector<Option>& options) {
  Layer layer{ExitCode::usage, {}};
  for (const Option& option : options) {
    std::vector<std::string> texts = arguments.texts(option.name);
    if (texts.empty() || option.kind() == OptionValue::Kind::positional) {
      continue;
    }
    if (option.kind() == OptionValue::Kind::list) {
      texts = split_at_commas(texts);
    } else {
      texts.erase(texts.begin(), texts.end() - 1);
    }
    layer.given.push_back({"--", "--", option.name, texts});
  }
  return layer;
}

void require_all(const std::string& command, const Arguments& arguments, const std::vector<Option>& options,
                 const std::vector<Layer>& layers) {
  for (const Option& option : options) {
    const bool is_positional = option.kind() == OptionValue::Kind::positional;
    bool is_given = is_positional && !arguments.texts(option.name).empty();
    for (const Layer& layer : layers) {
      is_given = is_given || std::ranges::find(layer.given, option.name, &Given::key) != layer.given.end();
    }
    if (option.use.is_required && !is_given) {
      throw UsageError(fmt::format("{} needs {}{}{}", command, is_positional ? "" : "--" + option.name + " ",
                                   option.placeholder, arguments.see_help()));
    }
  }
}

/// Sets one value in otherwise default settings, and throws what is wrong with it.
template <typename Settings>
void check_alone(const Given& given, std::vector<Option> (*make_options)(Settings&)) {
  for (const std::string& value : given.values) {
    if (value.find('\0') != std::string::npos) {
      throw UsageError("must not contain a NUL character");
    }
  }
  Settings alone;
  const std::vector<Option> options = make_options(alone);
  const Option* const option = find_option(options, given.key);
  option->set(given.values);
  if (option->use.is_required && given.values.back().empty()) {
    throw UsageError("must not be empty");
  }
  if (const std::string broken = option->violation(); !broken.empty()) {
    throw ConfigurationError(broken);
  }
}

/// The path of --config, else of LOCKSTEP_CONFIG, else empty.
std::string config_path(const Arguments& arguments, const Environment& environment) {
  const std::vector<std::string> given = arguments.texts("config");
  if (!given.empty()) {
    return given.back();
  }
  const auto variable = environment.find("LOCKSTEP_CONFIG");
  return variable == environment.end() ? "" : variable->second;
}

void set_config_file(TrainSettings& settings, const std::string& path) {
  settings.launch.config_file = path;
}
template <typename Settings>
void set_config_file(Settings&, const std::string&) {}

/// Understands the arguments of one command; returns the help where it was asked for.
template <typename Settings>
std::string fill(const std::string& command, const std::string& description, const std::vector<std::string>& given,
                 const Environment& environment, std::vector<Option> (*make_options)(Settings&), Settings& settings,
                 bool& print_config) {
  const std::vector<Option> options = make_options(settings);
  const bool has_configuration = std::is_same_v<Settings, TrainSettings>;
  std::vector<Option> shown = options;
  if (has_configuration) {
    std::ranges::copy(configuration_options(), std::back_inserter(shown));
  }
  Arguments arguments(command, description, shown);
  arguments.parse(given);
  if (!arguments.help().empty()) {
    return arguments.help();
  }
  std::vector<Layer> layers;
  if (has_configuration) {
    print_config = !arguments.texts("print-config").empty();
    const std::string path = config_path(arguments, environment);
    if (!path.empty()) {
      layers.push_back(file_layer(read_config_file(path), options));
      set_config_file(settings, path);
    }
    layers.push_back(set_layer(arguments.texts("set"), options));
  }
  layers.push_back(environment_layer(environment, options));
  layers.push_back(command_line_layer(arguments, options));
  for (const Layer& layer : layers) {
    apply(layer, options, [&](const Given& one) { check_alone(one, make_options); });
  }
  for (const Option& option : options) {
    if (option.kind() == OptionValue::Kind::positional && !arguments.texts(option.name).empty()) {
      option.set(arguments.texts(option.name));
    }
  }
  require_all(command, arguments, options, layers);
  return {};
}

CommandLine parse_train(const std::vector<std::string>& given, const Environment& environment) {
  CommandLine line;
  line.text =
      fill("train", "Trains a model on data.", given, environment, train_options, line.train, line.print_config);
  if (!line.text.empty()) {
    return line;
  }
  line.train.validate();
  line.train = line.train.completed();
  if (line.print_config) {
    line.text = to_toml(config_entries(line.train));
  } else {
    line.command = Command::train;
  }
  return line;
}

CommandLine parse_check(const std::vector<std::string>& given, const Environment& environment) {
  CommandLine line;
  bool print_config = false;
  line.text = fill("check", "Checks the derivatives of a model on data, and whether a model file is a minimum.", given,
                   environment, check_options, line.check, print_config);
  if (!line.text.empty()) {
    return line;
  }
  line.check.training.validate();
  require_no_model_options(line.check);
  line.command = Command::check;
  return line;
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments, const Environment& environment) {
  CommandLine line;
  if (arguments.empty()) {
    if (kind_of_path(kDefaultConfig, SystemError::Purpose::read_input) != PathKind::nothing) {
      return parse_train({"--config", kDefaultConfig}, environment);
    }
    line.text = general_help();
    return line;
  }
  const std::string& command = arguments.front();
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (command == "train") {
    return parse_train(rest, environment);
  }
  if (command == "check") {
    return parse_check(rest, environment);
  }
  bool print_config = false;
  if (command == "predict") {
    line.text = fill(command, "Writes the predictions of a model for data.", rest, environment, predict_options,
                     line.predict, print_config);
    line.command = line.text.empty() ? Command::predict : Command::none;
  } else if (command == "convert") {
    line.text = fill(command, "Writes data of any format as HDF5, row by row.", rest, environment, convert_options,
                     line.convert, print_config);
    line.command = line.text.empty() ? Command::convert : Command::none;
  } else if (command == "generate") {
    line.text = fill(command, "Makes data of a model whose parameters are known, of any size.", rest, environment,
                     generate_options, line.generate, print_config);
    line.command = line.text.empty() ? Command::generate : Command::none;
  } else if (command == "evaluate") {
    line.text = fill(command, "Computes the metrics of a model on data, exactly under any number of ranks.", rest,
                     environment, evaluate_options, line.evaluate, print_config);
    line.command = line.text.empty() ? Command::evaluate : Command::none;
  } else if (command == "inspect") {
    line.text = fill(command, "Says what checkpoints, model files, data files and run folders hold.", rest, environment,
                     inspect_options, line.inspect, print_config);
    line.command = line.text.empty() ? Command::inspect : Command::none;
  } else if (command == "diff") {
    line.text = fill(command, "Says where two runs part: the first iteration or epoch with other bits.", rest,
                     environment, diff_options, line.diff, print_config);
    line.command = line.text.empty() ? Command::diff : Command::none;
    if (line.command == Command::diff && line.diff.runs.size() != 2) {
      throw UsageError(fmt::format("diff compares two run folders (saw {})", line.diff.runs.size()));
    }
  } else if (command == "--help" || command == "-h") {
    line.text = general_help();
  } else if (command == "--version") {
    line.text = version_text();
  } else {
    std::vector<std::string> known = command_names();
    const std::string commands = fmt::format("{}", fmt::join(known, ", "));
    known.insert(known.end(), {"--help", "--version"});
    throw UsageError(fmt::format("unknown command '{}'{} (commands: {}; see: trainer --help)", printable(command),
                                 suggestion(command, known), commands));
  }
  return line;
}

CommandLine parse_command_line(int argc, char** argv, const Environment& environment) {
  return parse_command_line(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), environment);
}

}  // namespace lockstep
