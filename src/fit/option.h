/// An option as one row of a command's table: its name, where its value is kept, its rule, its help, its use. The
/// command line, TOML, the environment, config.toml, validation and the rules of resuming are derived from the rows.
///
/// Rows are bound to one settings object: they fill it in, write it and judge it.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace lockstep {

using Texts = std::vector<std::string>;

/// Where the value of an option is kept. See option_values.h for the kinds that there are.
struct OptionValue {
  enum class Kind {
    value,      ///< --name VALUE, the last one counts
    flag,       ///< --name
    on_off,     ///< --name and --no-name
    list,       ///< --name VALUE, repeatable
    positional  ///< VALUE…
  };
  Kind kind = Kind::value;
  /// Fills in the setting from one text, or from all texts of a list. Throws UsageError with the rule that is broken,
  /// or ConfigurationError with "KEY = VALUE: RULE".
  std::function<void(const std::string& key, const Texts&)> read;
  std::function<std::string()> literal;  ///< the setting in TOML
  std::function<std::string()> shown;    ///< the setting in a help text; empty where nothing is set
  /// Empty, or "KEY = VALUE: RULE", line by line, for a setting that breaks its rule.
  std::function<std::string(const std::string& key)> violation;
};

/// What becomes of an option's value.
struct OptionUse {
  bool is_required = false;
  bool is_said_once = false;  ///< for one launch: config.toml, which would say it again to whoever reads it, has it not
  std::function<bool()> shapes_result = nullptr;  ///< of the settings as they stand; null: never
  /// Whether it shapes the result follows from its own value, not from the model or the optimizer: that a run has it
  /// and a checkpoint has not is a change of its own.
  bool stands_alone = false;
};

/// Uses of rows: OptionUse with one thing said.
OptionUse required();
OptionUse said_once();
OptionUse shapes_result(std::function<bool()> when);
OptionUse always_shapes_result();
OptionUse stands_alone(std::function<bool()> shapes_result = nullptr);

struct Option {
  std::string name;         ///< --NAME on the command line, LOCKSTEP_NAME in the environment, NAME in TOML
  std::string group;        ///< heading in the help
  std::string placeholder;  ///< of the value, in the help
  std::string description;  ///< with range; "{}" stands for the default
  OptionValue value;
  OptionUse use = {};

  OptionValue::Kind kind() const { return value.kind; }
  /// Throws as OptionValue::read.
  void set(const Texts& texts) const { value.read(name, texts); }
  std::string violation() const { return value.violation(name); }
  bool shapes_result() const { return use.shapes_result && use.shapes_result(); }
  /// The description with the setting as it stands for the default.
  std::string help() const;
};

/// The row of that name, or null.
const Option* find_option(const std::vector<Option>& options, const std::string& name);

void append(std::vector<Option>& options, std::vector<Option> more);

}  // namespace lockstep
