#include "cli/synthetic_file.h"

#include "base/interrupt.h"
#include "base/threads.h"
#include "cli/output_path.h"
#include "data/libsvm_writer.h"
#include "data/schema_image.h"
#include "io/durable_file.h"
#include "run/config_entries.h"
#include "run/model_file.h"
#include "run/settings.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace lockstep {

namespace {

/// Values of the rows that a thread makes at a time.
constexpr std::int64_t kPieceValues = std::int64_t{1} << 17;
/// Pieces for each thread that are made while others are written.
constexpr int kPiecesOfThread = 2;

/// Rows, and their lines where text is written.
struct Piece {
  RowBlock block;
  std::string text;
};

using WritePiece = std::function<void(const Piece&)>;

double entries_of_row(const SyntheticSettings& settings) {
  return settings.density * static_cast<double>(settings.features);
}

std::vector<std::string> class_names(const SyntheticSettings& settings) {
  std::vector<std::string> names;
  const Index classes = settings.kind == SyntheticKind::logistic ? 2 : settings.outputs();
  for (Index k = 0; settings.has_classes() && k < classes; ++k) {
    names.push_back(std::to_string(k));
  }
  return names;
}

/// Writes on a thread of its own, while the next pieces are made.
class Background {
 public:
  ~Background() {
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  void start(std::function<void()> work) {
    thread_ = thread_without_signals([this, work = std::move(work)] {
      try {
        work();
      } catch (...) {
        error_ = std::current_exception();
      }
    });
  }
  /// Throws what the work threw.
  void wait() {
    if (thread_.joinable()) {
      thread_.join();
    }
    if (error_ != nullptr) {
      std::rethrow_exception(std::exchange(error_, nullptr));
    }
  }

 private:
  std::thread thread_;
  std::exception_ptr error_;
};

/// Makes the pieces from `first` on, one after another row by row.
void fill_pieces(const SyntheticProblem& problem, std::int64_t first, std::int64_t piece_rows, bool has_text,
                 int threads, std::vector<Piece>& pieces) {
  std::exception_ptr error;
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    try {
      const std::int64_t begin = first + static_cast<std::int64_t>(i) * piece_rows;
      const std::int64_t end = std::min(begin + piece_rows, problem.settings().rows);
      problem.fill({std::min(begin, end), end}, pieces[i].block);
      pieces[i].text.clear();
      if (has_text) {
        append_libsvm(pieces[i].block, problem.settings().storage, pieces[i].text);
      }
    } catch (...) {
#pragma omp critical(synthetic_error)
      error = std::current_exception();
    }
  }
  if (error != nullptr) {
    std::rethrow_exception(error);
  }
}

void make_rows(const SyntheticProblem& problem, bool has_text, int threads, const WritePiece& write) {
  const SyntheticSettings& settings = problem.settings();
  const double row_values = settings.is_dense() ? static_cast<double>(settings.features) : entries_of_row(settings);
  const auto piece_rows =
      static_cast<std::int64_t>(std::max(1.0, static_cast<double>(kPieceValues) / std::max(8.0, row_values)));
  std::vector<Piece> made(static_cast<std::size_t>(kPiecesOfThread * threads));
  std::vector<Piece> written(made.size());
  Background writer;
  const std::int64_t step = piece_rows * std::ssize(made);
  for (std::int64_t first = 0; first < settings.rows; first += step) {
    heed_interrupt("making data");
    fill_pieces(problem, first, piece_rows, has_text, threads, made);
    writer.wait();
    std::swap(made, written);
    writer.start([&] { std::ranges::for_each(written, write); });
  }
  writer.wait();
}

Schema schema_of(const SyntheticSettings& settings) {
  return schema_of_names(settings.features, {}, "y", {});
}

std::int64_t write_hdf5(const SyntheticProblem& problem, const std::string& path, const RowStorage& storage) {
  PosixFileSystem files;
  Hdf5Output output(files, folder_of(path), name_of(path));
  const Schema schema = schema_of(problem.settings());
  Hdf5RowWriter rows(output, schema, problem.settings().is_dense(), storage);
  make_rows(problem, false, storage.threads, [&](const Piece& piece) { rows.append(piece.block); });
  rows.finish(schema);
  write_schema(schema, output);
  output.finish();
  return output.bytes();
}

std::int64_t write_libsvm(const SyntheticProblem& problem, const std::string& path, int threads) {
  PosixFileSystem files;
  TemporaryFile file(files, folder_of(path), name_of(path));
  make_rows(problem, true, threads, [&](const Piece& piece) { file.append(std::as_bytes(std::span(piece.text))); });
  file.commit();
  return file.bytes();
}

ModelDescription model_of(const SyntheticSettings& settings) {
  ModelDescription model;
  model.kind = model_kind(to_string(settings.kind));
  model.features = settings.features;
  model.outputs = settings.outputs();
  if (model.is_network()) {
    model.hidden = {kSyntheticUnits};
    model.activation = Activation::tanh;
    model.precision = Scalar::float64;
  }
  return model;
}

/// The layers in the order of the blocks of a model: W or coef, then b or intercept; W is inputs × outputs there.
Vector parameters_of(const SyntheticProblem& problem, const ModelDescription& model) {
  Vector parameters(model.dimension());
  const std::vector<ParameterBlock> blocks = model.blocks();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const SyntheticLayer& layer = problem.layers()[i / 2];
    double* const out = parameters.data() + blocks[i].first;
    if (i % 2 == 1) {
      std::ranges::copy(layer.bias, out);
    } else if (!model.is_network()) {
      std::ranges::copy(layer.weight, out);
    } else {
      for (Index k = 0; k < layer.outputs; ++k) {
        for (Index j = 0; j < layer.inputs; ++j) {
          out[j * layer.outputs + k] = layer.weight[static_cast<std::size_t>(k * layer.inputs + j)];
        }
      }
    }
  }
  return parameters;
}

}  // namespace

double synthetic_bytes(const SyntheticSettings& settings, bool is_hdf5) {
  const double rows = static_cast<double>(settings.rows);
  const double entries = rows * entries_of_row(settings);
  if (is_hdf5) {
    return hdf5_row_bytes(schema_of(settings), rows, entries, settings.is_dense(), settings.storage);
  }
  constexpr double kValue = 19.5;  // digits of a double, the blank and the colon
  constexpr double kFloat = 11.5;
  const auto index = static_cast<double>(std::to_string(settings.features).size());
  return entries * (index + (settings.storage == Scalar::float32 ? kFloat : kValue)) + 8 * rows;
}

std::int64_t write_synthetic(const SyntheticProblem& problem, const std::string& path, bool is_hdf5,
                             const RowStorage& storage) {
  return is_hdf5 ? write_hdf5(problem, path, storage) : write_libsvm(problem, path, storage.threads);
}

void write_truth(const SyntheticProblem& problem, const std::string& path) {
  ModelFile file;
  file.model = model_of(problem.settings());
  file.parameters = parameters_of(problem, file.model);
  file.schema = schema_of_names(problem.settings().features, {}, "y", class_names(problem.settings()));
  TrainSettings settings;
  settings.model.kind = file.model.kind;
  settings.model.hidden = file.model.hidden;
  settings.model.activation = file.model.activation;
  settings.model.precision = file.model.precision;
  std::vector<ConfigEntry> entries = config_entries(settings.completed());
  std::erase_if(entries, [](const ConfigEntry& entry) { return !entry.shapes_result; });
  file.configuration = to_toml(entries);
  PosixFileSystem files;
  replace_durably(files, folder_of(path), name_of(path), to_bytes(file));
}

}  // namespace lockstep
