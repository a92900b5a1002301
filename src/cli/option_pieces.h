/// Pieces that the options of several commands are made of.
#pragma once

#include "cli/options.h"
#include "lockstep/base/errors.h"

#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

using Setter = std::function<void(const std::vector<std::string>&)>;

/// The whole text as a T, or UsageError with the rule.
template <typename T>
T number(const std::string& text, const char* rule) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw UsageError(rule);
  }
  return value;
}

inline bool truth(const std::string& text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") {
    return true;
  }
  if (text == "false" || text == "0" || text == "no" || text == "off") {
    return false;
  }
  throw UsageError("must be true or false");
}

inline Setter into(std::string& target) {
  return [&target](const auto& texts) { target = texts.back(); };
}
inline Setter into(bool& target) {
  return [&target](const auto& texts) { target = truth(texts.back()); };
}
inline Setter into(int& target) {
  return [&target](const auto& texts) { target = number<int>(texts.back(), "must be a whole number below 2^31"); };
}
inline Setter into(std::int64_t& target) {
  return [&target](const auto& texts) {
    target = number<std::int64_t>(texts.back(), "must be a whole number below 2^63");
  };
}
inline Setter into(std::uint64_t& target) {
  return [&target](const auto& texts) {
    target = number<std::uint64_t>(texts.back(), "must be a whole number from 0 to 2^64 - 1");
  };
}
inline Setter into(double& target) {
  return
      [&target](const auto& texts) { target = number<double>(texts.back(), "must be a number such as 0.1 or 1e-3"); };
}
inline Setter into(std::vector<std::string>& target) {
  return [&target](const auto& texts) { target = texts; };
}

inline Setter into(DataFormat& target) {
  return [&target](const auto& texts) { target = data_format(texts.back()); };
}

inline Setter into(HeaderPolicy& target) {
  return [&target](const auto& texts) {
    target = texts.back() == "auto" ? HeaderPolicy::automatic
             : truth(texts.back())  ? HeaderPolicy::present
                                    : HeaderPolicy::absent;
  };
}

std::vector<Option> data_options(ReadSettings& data);
/// What is learned: the model, its loss and its penalties.
std::vector<Option> model_options(TrainSettings& settings);
Option threads_option(int& threads);
void append(std::vector<Option>& options, std::vector<Option> more);

}  // namespace lockstep
