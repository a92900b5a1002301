#include "run/run_summary.h"

#include "io/json_text.h"

#include <cmath>

#include <fmt/format.h>

namespace lockstep {

namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json object_of(const Metrics& metrics) {
  Json object = Json::object();
  for (const auto& [name, value] : metrics) {
    object[name] = number_or_null(value);
  }
  return object;
}

std::string dump(const Json& json) {
  return json_text(json, 2) + "\n";
}

}  // namespace

std::string status_text(Summary::Status status) {
  switch (status) {
    case Summary::Status::converged:
      return "converged";
    case Summary::Status::limit_reached:
      return "max_iterations";
    case Summary::Status::stopped:
      return "stopped";
    case Summary::Status::failed:
      break;
  }
  return "failed";
}

std::string to_json(const RunSummary& summary) {
  Json json;
  json["status"] = status_text(summary.outcome.status);
  json["reason"] = summary.outcome.reason;
  json["model"] = summary.model;
  json["optimizer"] = summary.optimizer;
  json["iterations"] = summary.iterations;
  json["epochs"] = summary.epochs;
  json["passes"] = summary.passes;
  json["objective"] = number_or_null(summary.outcome.objective);
  json["gradient_norm"] =
      summary.outcome.gradient_norm < 0 ? Json(nullptr) : number_or_null(summary.outcome.gradient_norm);
  json["decrement"] = summary.outcome.decrement < 0 ? Json(nullptr) : number_or_null(summary.outcome.decrement);
  json["check_products"] = summary.outcome.products;
  json["check_passes"] = summary.outcome.check_passes;
  json["rows"] = summary.rows;
  json["features"] = summary.features;
  json["parameters"] = summary.parameters;
  json["ranks"] = summary.ranks;
  json["threads"] = summary.threads;
  json["seconds"] = {{"load", summary.seconds.load},
                     {"train", summary.seconds.train},
                     {"evaluate", summary.seconds.evaluate},
                     {"checkpoint", summary.seconds.checkpoint},
                     {"checkpoint_writer", summary.seconds.checkpoint_writer},
                     {"total", summary.seconds.total}};
  json["metrics"] = object_of(summary.metrics);
  if (!summary.validation.empty()) {
    json["validation"] = object_of(summary.validation);
  }
  json["data_fingerprint"] = summary.data_fingerprint;
  json["parameters_sha256"] = summary.parameters_sha256;
  return dump(json);
}

std::string to_text(const Metrics& metrics) {
  std::string text;
  for (const auto& [name, value] : metrics) {
    text += fmt::format("{}{} {}", text.empty() ? "" : "  ", name,
                        std::isnan(value) ? "undefined" : fmt::format("{:.6g}", value));
  }
  return text;
}

std::string to_json(const Metrics& metrics) {
  return dump(object_of(metrics));
}

}  // namespace lockstep
