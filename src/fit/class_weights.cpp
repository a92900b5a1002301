#include "fit/class_weights.h"

#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lockstep {

namespace {

constexpr std::size_t kClassesShown = 10;
const std::string kBalanced = "balanced";

/// The class at the begin of `text`, which is taken off: in double quotes ("" within being one), or all before the last
/// colon of the entry.
std::string take_class(std::string_view& text) {
  std::string name;
  if (!text.starts_with('"')) {
    const std::string_view entry = text.substr(0, text.find(','));
    const std::size_t colon = std::min(entry.rfind(':'), entry.size());
    name = entry.substr(0, colon);
    text.remove_prefix(colon);
    return name;
  }
  for (text.remove_prefix(1); !text.empty(); text.remove_prefix(1)) {
    if (text.front() == '"') {
      text.remove_prefix(1);
      if (!text.starts_with('"')) {
        break;
      }
    }
    name += text.front();
  }
  return name;
}

/// The first CLASS:WEIGHT of `text`, which is taken off with the comma behind it.
std::pair<std::string, double> take_entry(std::string_view& text) {
  const std::string_view whole = text;
  const auto entry = [&] { return printable(whole.substr(0, whole.size() - text.size())); };
  const std::string name = take_class(text);
  const std::string_view rest = text.substr(0, text.find(','));
  text.remove_prefix(rest.size());
  if (name.empty() || !rest.starts_with(':')) {
    throw UsageError(fmt::format("must be balanced or CLASS:WEIGHT,… (saw the entry '{}')", entry()));
  }
  double weight = -1;
  const char* last = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data() + 1, last, weight);
  if (error != std::errc{} || stop != last || !std::isfinite(weight) || weight < 0) {
    throw UsageError(fmt::format("weights must be finite and at least 0 (saw '{}')", entry()));
  }
  return {class_label(name), weight};
}

std::vector<double> balanced_weights(const RawData& raw, Communicator& comm) {
  std::vector<double> weights;
  for (std::size_t k = 0; k < raw.schema.class_names().size(); ++k) {
    const auto mine = std::ranges::count(raw.block.label, static_cast<double>(k));
    const std::int64_t count = all_sum(comm, mine);
    weights.push_back(count == 0
                          ? 0
                          : static_cast<double>(raw.total_rows) /
                                (static_cast<double>(raw.schema.class_names().size()) * static_cast<double>(count)));
  }
  return weights;
}

}  // namespace

ClassWeights ClassWeights::parse(const std::string& text) {
  ClassWeights said{text, text == kBalanced, {}};
  if (text.empty() || said.is_balanced) {
    return said;
  }
  std::vector<std::pair<std::string, double>>& entries = said.named;
  std::string_view rest = text;
  for (bool has_more = true; has_more;) {
    if (rest.empty() || rest.starts_with(',')) {
      throw UsageError(fmt::format("entry {} is empty", entries.size() + 1));
    }
    entries.push_back(take_entry(rest));
    const auto same = std::ranges::find(entries, entries.back().first, &std::pair<std::string, double>::first);
    if (same + 1 != entries.end()) {
      throw UsageError(fmt::format("class '{}' is named twice", printable(same->first)));
    }
    has_more = !rest.empty();
    rest.remove_prefix(has_more ? 1 : 0);
  }
  return said;
}

std::vector<double> class_weights(const ClassWeights& said, const RawData& raw, Communicator& comm) {
  if (said.empty()) {
    return {};
  }
  if (said.is_balanced) {
    return balanced_weights(raw, comm);
  }
  const std::vector<std::string>& classes = raw.schema.class_names();
  std::vector<double> weights(classes.size(), 1.0);
  for (const auto& [name, weight] : said.named) {
    const auto found = std::ranges::find(classes, name);
    if (found == classes.end()) {
      throw Agreed<ConfigurationError>(
          fmt::format("class-weight = \"{}\": '{}' is none of the classes of the data ({})", printable(said.text),
                      printable(name), listed(classes)));
    }
    weights[static_cast<std::size_t>(found - classes.begin())] = weight;
  }
  return weights;
}

std::string listed(const std::vector<std::string>& classes) {
  const auto shown = std::span(classes).first(std::min(classes.size(), kClassesShown));
  return printable(fmt::format("{}{}", fmt::join(shown, ", "), classes.size() > kClassesShown ? ", …" : ""));
}

}  // namespace lockstep
