#include "data/label_map.h"

#include "data/reader_common.h"
#include "data/text_error.h"
#include "lockstep/base/errors.h"

namespace lockstep {

LabelMap::LabelMap(const std::vector<std::string>& rules) {
  for (const std::string& rule : rejoined(rules, kLabelArrow)) {
    const std::size_t arrow = rule.find(kLabelArrow);
    if (arrow == std::string::npos) {
      throw Agreed<ConfigurationError>("label-map = " + shown(rule) + ": must be FROM->TO");
    }
    meant_.emplace(rule.substr(0, arrow), rule.substr(arrow + kLabelArrow.size()));
  }
}

std::string_view LabelMap::meant_by(std::string_view text) const {
  const auto other = meant_.find(text);
  return other == meant_.end() ? text : std::string_view(other->second);
}

}  // namespace lockstep
