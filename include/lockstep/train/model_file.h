/// model.h5: what training hands to people and to predict. Opens with h5py, h5dump and scikit-learn users' eyes.
///
/// | dataset        | shape          | content                                                |
/// | /coef          | K × d          | coefficients (K = 1 for linear and logistic)           |
/// | /intercept     | K              | 0 where the model has none                             |
/// | /feature_names | d or 0         | names of the columns, where the data had any           |
/// | /class_names   | number or 0    | classes in order; the last is the "1" of logistic      |
/// | /provenance/…  |                | model, version, configuration, data fingerprint, label |
#pragma once

#include "lockstep/base/types.h"
#include "lockstep/train/settings.h"

#include <cstddef>
#include <string>
#include <vector>

namespace lockstep {

struct ModelFile {
  ModelKind kind = ModelKind::linear;
  bool has_intercept = true;
  Vector parameters;  ///< d coefficients, then the intercept where there is one
  std::vector<std::string> feature_names;
  std::vector<std::string> class_names;
  std::string label_name;
  std::string configuration;      ///< TOML of the entries that shape the result
  std::uint64_t fingerprint = 0;  ///< of the training data

  Index features() const { return parameters.size() - (has_intercept ? 1 : 0); }
};

/// The bytes of model.h5; equal training gives equal bytes.
std::vector<std::byte> to_bytes(const ModelFile& model);

/// Throws DataError when the bytes are not a model file, naming what is wrong.
ModelFile parse_model(std::span<const std::byte> bytes, const std::string& path);

/// Rank 0 reads and every rank gets the model. Throws SystemError or DataError on every rank. Collective.
ModelFile load_model(const std::string& path, Communicator& comm);

/// SHA-256 over /coef and /intercept as little-endian float64 in C order, −0 written as 0.
std::string parameters_sha256(const Vector& parameters, bool has_intercept);

}  // namespace lockstep
