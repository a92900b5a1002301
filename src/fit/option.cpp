#include "fit/option.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace lockstep {

OptionUse required() {
  OptionUse use;
  use.is_required = true;
  return use;
}

OptionUse said_once() {
  OptionUse use;
  use.is_said_once = true;
  return use;
}

OptionUse shapes_result(std::function<bool()> when) {
  OptionUse use;
  use.shapes_result = std::move(when);
  return use;
}

OptionUse always_shapes_result() {
  return shapes_result([] { return true; });
}

OptionUse stands_alone(std::function<bool()> shapes_result) {
  OptionUse use;
  use.shapes_result = std::move(shapes_result);
  use.stands_alone = true;
  return use;
}

std::string Option::help() const {
  constexpr std::string_view kDefault = "{}";
  std::string text = description;
  if (const std::size_t at = text.find(kDefault); at != std::string::npos) {
    text.replace(at, kDefault.size(), value.shown());
  }
  return text;
}

const Option* find_option(const std::vector<Option>& options, const std::string& name) {
  const auto found = std::ranges::find(options, name, &Option::name);
  return found == options.end() ? nullptr : &*found;
}

void append(std::vector<Option>& options, std::vector<Option> more) {
  options.insert(options.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace lockstep
