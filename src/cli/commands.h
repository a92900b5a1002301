/// The commands: each takes its settings, a communicator and a console, and says with which code to exit.
#pragma once

#include "data/hdf5_row_writer.h"
#include "data/synthetic.h"
#include "lockstep/base/console.h"
#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"
#include "run/settings.h"

#include <string>
#include <vector>

namespace lockstep {

enum class PredictionFormat { csv, hdf5, standard_output };  ///< standard output: as CSV

struct PredictSettings {
  std::string model_file;
  ReadSettings data;   ///< the label is optional, id_column is set here
  std::string output;  ///< a file, or "-"
  PredictionFormat format = PredictionFormat::csv;
  bool probabilities = false;
  int threads = 0;  ///< 0: chosen at launch
  MemorySize memory;
};

struct ConvertSettings {
  ReadSettings data;  ///< id_column is set here
  std::string model;  ///< that will be trained, which tells what labels are; empty: they are what they are
  std::string output;
  bool overwrite = false;
  RowStorage storage;  ///< threads 0: chosen at launch
};

struct GenerateSettings {
  SyntheticSettings data;  ///< its storage is that below
  std::string output;      ///< HDF5 or LIBSVM text by its ending
  bool overwrite = false;
  RowStorage storage;  ///< threads 0: chosen at launch
};

struct EvaluateSettings {
  std::string model_file;
  ReadSettings data;
  bool json = false;
  int threads = 0;  ///< 0: chosen at launch
  MemorySize memory;
};

struct InspectSettings {
  std::vector<std::string> paths;  ///< at least one
  bool verify = false;
  bool json = false;
};

struct DiffSettings {
  std::vector<std::string> runs;  ///< two run folders
  bool json = false;
};

struct CheckSettings {
  std::string model_file;  ///< whose optimality is judged; empty: derivatives only
  /// Data and model. Of a model file the model, its penalties and the roles of columns come from the file.
  TrainSettings training;
  bool json = false;
};

// All are Collective and throw Error, marked where it is agreed.
ExitCode run_train(const TrainSettings& settings, Communicator& comm, Console& console);
ExitCode run_predict(const PredictSettings& settings, Communicator& comm, Console& console);
ExitCode run_convert(const ConvertSettings& settings, Communicator& comm, Console& console);
ExitCode run_generate(const GenerateSettings& settings, Communicator& comm, Console& console);
ExitCode run_evaluate(const EvaluateSettings& settings, Communicator& comm, Console& console);
ExitCode run_inspect(const InspectSettings& settings, Communicator& comm, Console& console);
/// numerical_stop where the runs differ.
ExitCode run_diff(const DiffSettings& settings, Communicator& comm, Console& console);
/// numerical_stop where a check fails.
ExitCode run_check(const CheckSettings& settings, Communicator& comm, Console& console);

}  // namespace lockstep
