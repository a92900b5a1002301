#include "cli/prediction_output.h"

#include "cli/output_path.h"
#include "io/hdf5_output.h"
#include "io/temporary_file.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// RFC 4180: fields with separators or quotes stand in quotes.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + "\"";
}

class CsvOutput final : public PredictionOutput {
 public:
  CsvOutput(const PredictSettings& settings, const ModelFile& file, bool writes, Console& console)
      : settings_(settings), classes_(file.schema.class_names()), console_(console) {
    if (!writes) {
      return;
    }
    if (settings.format == PredictionFormat::csv) {
      target_.emplace(files_, folder_of(settings.output), name_of(settings.output));
    }
    write(header());
  }

  std::string pack(const PredictedRows& rows) const override {
    const Predictions& predictions = rows.predictions;
    const auto classes = static_cast<std::size_t>(predictions.classes);
    std::string text;
    for (std::size_t i = 0; i < predictions.value.size(); ++i) {
      if (!rows.id.empty()) {
        text += csv_field(rows.id[i]) + ",";
      }
      if (classes_.empty()) {
        fmt::format_to(std::back_inserter(text), "{:.17g}", predictions.value[i]);
      } else {
        text += csv_field(classes_[static_cast<std::size_t>(predictions.value[i])]);
      }
      for (std::size_t k = 0; has_probabilities() && k < classes; ++k) {
        fmt::format_to(std::back_inserter(text), ",{:.17g}", predictions.probability[i * classes + k]);
      }
      text += '\n';
    }
    return text;
  }

  void write(const std::string& packed) override {
    if (target_) {
      target_->append(std::as_bytes(std::span(packed)));
    } else {
      console_.result(packed);
    }
  }

  void finish() override {
    if (target_) {
      target_->commit();
    }
  }

 private:
  bool has_probabilities() const { return settings_.probabilities && !classes_.empty(); }

  std::string header() const {
    std::string line = settings_.data.id_column.empty() ? "" : csv_field(settings_.data.id_column) + ",";
    line += "prediction";
    for (std::size_t k = 0; has_probabilities() && k < classes_.size(); ++k) {
      line += "," + csv_field("p_" + classes_[k]);
    }
    return line + "\n";
  }

  const PredictSettings& settings_;
  const std::vector<std::string>& classes_;
  Console& console_;
  PosixFileSystem files_;
  std::optional<TemporaryFile> target_;
};

/// A portion is its number of rows, their values and probabilities, and the texts of ids, each with a NUL behind it.
class Hdf5PredictionOutput final : public PredictionOutput {
 public:
  Hdf5PredictionOutput(const PredictSettings& settings, const ModelFile& file, bool writes)
      : has_id_(!settings.data.id_column.empty()),
        classes_(settings.probabilities ? std::ssize(file.schema.class_names()) : 0) {
    if (!writes) {
      return;
    }
    target_.emplace(files_, folder_of(settings.output), name_of(settings.output));
    target_->write("/class_names", file.schema.class_names());
    id_ = has_id_ ? &target_->text_series("/id") : nullptr;
    value_ = &target_->series("/prediction", {});
    probability_ = classes_ > 0 ? &target_->series("/probability", {.columns = classes_}) : nullptr;
  }

  std::string pack(const PredictedRows& rows) const override {
    std::string packed;
    const auto append = [&](const void* bytes, std::size_t count) {
      packed.append(static_cast<const char*>(bytes), count);
    };
    const std::uint64_t count = rows.predictions.value.size();
    append(&count, sizeof count);
    append(rows.predictions.value.data(), count * sizeof(double));
    if (classes_ > 0) {
      append(rows.predictions.probability.data(), rows.predictions.probability.size() * sizeof(double));
    }
    for (const std::string& id : rows.id) {
      append(id.c_str(), id.size() + 1);
    }
    return packed;
  }

  void write(const std::string& packed) override {
    std::uint64_t count = 0;
    std::memcpy(&count, packed.data(), sizeof count);
    std::size_t at = sizeof count;
    const auto numbers = [&](std::size_t length) {
      std::vector<double> values(length);
      std::ranges::copy_n(reinterpret_cast<const std::byte*>(packed.data()) + at,
                          static_cast<std::ptrdiff_t>(length * sizeof(double)),
                          std::as_writable_bytes(std::span(values)).begin());
      at += length * sizeof(double);
      return values;
    };
    value_->append(numbers(count));
    if (probability_ != nullptr) {
      probability_->append(numbers(count * static_cast<std::size_t>(classes_)));
    }
    if (id_ != nullptr) {
      std::vector<std::string> texts;
      for (std::uint64_t i = 0; i < count; ++i) {
        texts.emplace_back(packed.data() + at);
        at += texts.back().size() + 1;
      }
      id_->append(texts);
    }
  }

  void finish() override { target_->finish(); }

 private:
  bool has_id_;
  std::int64_t classes_;  // 0: no probabilities
  PosixFileSystem files_;
  std::optional<Hdf5Output> target_;
  Hdf5TextSeries* id_ = nullptr;
  Hdf5Series* value_ = nullptr;
  Hdf5Series* probability_ = nullptr;
};

}  // namespace

std::unique_ptr<PredictionOutput> make_prediction_output(const PredictSettings& settings, const ModelFile& file,
                                                         bool writes, Console& console) {
  if (settings.format == PredictionFormat::hdf5) {
    return std::make_unique<Hdf5PredictionOutput>(settings, file, writes);
  }
  return std::make_unique<CsvOutput>(settings, file, writes, console);
}

}  // namespace lockstep
