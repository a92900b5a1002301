#include "data/packed_texts.h"

namespace lockstep {

std::string packed(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    all += std::to_string(text.size()) + ':' + text;
  }
  return all;
}

void unpack(const std::string& all, std::vector<std::string>& texts) {
  std::size_t at = 0;
  while (at < all.size()) {
    const std::size_t colon = all.find(':', at);
    const std::size_t length = std::stoul(all.substr(at, colon - at));
    texts.push_back(all.substr(colon + 1, length));
    at = colon + 1 + length;
  }
}

}  // namespace lockstep
