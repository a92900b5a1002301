#include "cli/check_report.h"

#include "io/json_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace lockstep {

namespace {

using Json = nlohmann::ordered_json;
using Kind = DerivativeCheck::Kind;

struct KindText {
  const char* key;    // in JSON
  const char* title;  // in the table
};

KindText text_of(Kind kind) {
  switch (kind) {
    case Kind::gradient_slope:
      return {"gradient_slope", "Taylor remainder, gradient"};
    case Kind::hessian_slope:
      return {"hessian_slope", "Taylor remainder, Hessian"};
    case Kind::directional_derivative:
      return {"directional_derivative", "directional derivative"};
    case Kind::hessian_symmetry:
      return {"hessian_symmetry", "Hessian symmetric, uHv = vHu"};
    case Kind::hessian_product:
      return {"hessian_product", "Hv against the explicit Hessian"};
    case Kind::gradient_difference:
      return {"gradient_difference", "Hv against gradient differences"};
  }
  return {"", ""};
}

bool is_slope(Kind kind) {
  return kind == Kind::gradient_slope || kind == Kind::hessian_slope;
}

bool is_error(Kind kind) {
  return kind == Kind::hessian_product || kind == Kind::gradient_difference;
}

bool all_passed(const CheckedPoint& point) {
  return std::ranges::all_of(point.checks, &DerivativeCheck::passed);
}

std::string numbers_of(const DerivativeCheck& check) {
  if (check.at_rounding) {
    return "remainder at rounding level";
  }
  if (is_slope(check.kind)) {
    return fmt::format("slope {:.3f}, expected {:g}", check.measured, check.expected);
  }
  if (is_error(check.kind)) {
    return fmt::format("difference {:.2g}, at most {:.2g}", check.measured, check.tolerance);
  }
  return fmt::format("{:.10g}, expected {:.10g} ± {:.2g}", check.measured, check.expected, check.tolerance);
}

std::string line(bool passed, const std::string& title, const std::string& numbers) {
  return fmt::format("  {:<4}  {:<32}  {}\n", passed ? "ok" : "FAIL", title, numbers);
}

std::string eigenvalue_text(const Spectrum& spectrum, double value, const char* bound) {
  return spectrum.converged ? fmt::format("{:.6g} ± {:.1g}", value, spectrum.accuracy)
                            : fmt::format("not determined, {} {:.6g}", bound, value);
}

std::string certificate_text(const CheckReport& report) {
  const Certificate& c = *report.certificate;
  const Spectrum& spectrum = c.spectrum;
  std::string text = "optimality of the model file:\n";
  text += line(c.verdict != Verdict::not_stationary, "relative Newton decrement",
               c.decrement < 0 ? fmt::format("not determined, at most {:.6g} wanted", c.tolerance)
                               : fmt::format("{:.6g}, at most {:.6g}", c.decrement, c.tolerance));
  const bool curves_up = spectrum.smallest >= -c.rounding;
  text +=
      line(curves_up && c.verdict != Verdict::undetermined, "smallest eigenvalue",
           fmt::format("{}, at least {:.2g}", eigenvalue_text(spectrum, spectrum.smallest, "at most"), -c.rounding));
  text += line(true, "largest eigenvalue", eigenvalue_text(spectrum, spectrum.largest, "at least"));
  text += fmt::format("  objective {:.14g}, {} {:.6g}; eigenvalues of the Hessian {}{}\n", c.objective,
                      report.settings.penalty.l1 > 0 ? "least subgradient" : "gradient norm", c.gradient_norm,
                      report.problem.rows.column_scale.empty() ? "in the parameters" : "for columns scaled to one size",
                      report.settings.penalty.l1 > 0 ? ", of the parameters that are not zero" : "");
  return text + fmt::format("verdict: {}\n", to_string(c.verdict));
}

Json json_of(const DerivativeCheck& check) {
  return {{"check", text_of(check.kind).key}, {"measured", check.measured},       {"expected", check.expected},
          {"tolerance", check.tolerance},     {"at_rounding", check.at_rounding}, {"ok", check.passed}};
}

Json json_of(const Certificate& c) {
  return {{"objective", c.objective},
          {"gradient_norm", c.gradient_norm},
          {"decrement", c.decrement < 0 ? Json(nullptr) : Json(c.decrement)},
          {"tolerance", c.tolerance},
          {"smallest_eigenvalue", c.spectrum.smallest},
          {"largest_eigenvalue", c.spectrum.largest},
          {"eigenvalues_converged", c.spectrum.converged},
          {"eigenvalues_accuracy", c.spectrum.accuracy},
          {"hessian_products", c.spectrum.products},
          {"verdict", to_string(c.verdict)}};
}

}  // namespace

bool CheckReport::passed() const {
  return std::ranges::all_of(points, all_passed) && (!certificate || certificate->verdict == Verdict::minimum);
}

std::string to_text(const CheckReport& report) {
  const TrainSettings& settings = report.settings;
  const ModelDescription& model = report.problem.model;
  std::string text =
      fmt::format("data: {} rows × {} features{}\n", report.problem.rows.partition.rows, report.problem.rows.features,
                  report.problem.validation ? ", without those held out for validation" : "");
  if (!report.is_training_data) {
    text += "these are not the rows that the model was trained on: the verdict is about these\n";
  }
  text += fmt::format(
      "{}, l2 {:g}: {} parameters on {} ranks × {} threads; checked in float64{}{}\n", to_string(model.kind),
      settings.penalty.l2, model.dimension(), report.ranks, report.threads,
      model.is_network() ? ", whatever it is trained in" : "",
      settings.penalty.l1 > 0 ? fmt::format("; derivatives without the penalty l1 {:g}", settings.penalty.l1) : "");
  for (const CheckedPoint& point : report.points) {
    text += fmt::format("derivatives at {}:\n", point.place);
    for (const DerivativeCheck& check : point.checks) {
      text += line(check.passed, text_of(check.kind).title, numbers_of(check));
    }
  }
  if (report.certificate) {
    text += certificate_text(report);
  }
  return text + (report.passed() ? "check passed" : "check failed");
}

std::string to_json(const CheckReport& report) {
  Json json = {{"model", to_string(report.problem.model.kind)},
               {"rows", report.problem.rows.partition.rows},
               {"features", report.problem.rows.features},
               {"parameters", report.problem.model.dimension()},
               {"precision", "float64"},
               {"l2", report.settings.penalty.l2},
               {"l1", report.settings.penalty.l1}};
  for (const CheckedPoint& point : report.points) {
    Json checks = Json::array();
    for (const DerivativeCheck& check : point.checks) {
      checks.push_back(json_of(check));
    }
    json["derivatives"].push_back({{"point", point.place}, {"checks", std::move(checks)}});
  }
  if (report.certificate) {
    json["is_training_data"] = report.is_training_data;
    json["certificate"] = json_of(*report.certificate);
  }
  json["ok"] = report.passed();
  return json_text(json);
}

}  // namespace lockstep
