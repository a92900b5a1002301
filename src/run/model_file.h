/// model.h5: what training hands to people and to predict, a sealed image (io/sealed_image.h). Opens with h5py, h5dump
/// and scikit-learn users' eyes.
///
/// | dataset        | shape          | content                                                          |
/// | /coef          | K × d          | coefficients (K = 1 but for softmax)                             |
/// | /intercept     | K              | 0 where the model has none                                       |
/// | /layers/i/W, b | out × in, out  | weights and biases of a network, instead of the two above        |
/// | /feature_names | d or 0         | names of the columns, where the data had any                     |
/// | /class_names   | number or 0    | classes in order; the last is the "1" of a model of two classes  |
/// | /schema/…      |                | what the columns of the training data were: see schema_image.h   |
/// | /provenance/…  |                | format number, model, version, configuration, data fingerprint,  |
/// |                |                | label, SHA-256 of the content (what is read)                     |
///
/// The names beside the schema are for people; it is the schema that is read.
#pragma once

#include "data/schema.h"
#include "fit/model_description.h"
#include "io/sealed_image.h"
#include "lockstep/base/types.h"
#include "lockstep/comm/communicator.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

inline constexpr Seal kModelSeal = {"LOCKMODL",
                                    "a Lockstep model",
                                    {.oldest = 1, .newest = 1},
                                    "use the Lockstep that wrote it, or train the model again"};

struct ModelFile {
  ModelDescription model;
  Vector parameters;              ///< p
  Schema schema;                  ///< of the training data
  std::string configuration;      ///< TOML of the entries that shape the result
  std::uint64_t fingerprint = 0;  ///< of the training data
};

/// The bytes of model.h5; equal training gives equal bytes.
std::vector<std::byte> to_bytes(const ModelFile& file);

/// Throws DataError when the bytes are not a model file, naming what is wrong; FormatError for a format number that it
/// does not know.
ModelFile parse_model(std::span<const std::byte> bytes, const std::string& path);

/// Rank 0 reads and every rank gets the model. Throws SystemError, or what parse_model throws, on every rank.
/// Collective.
ModelFile load_model(const std::string& path, Communicator& comm);

/// SHA-256 over the parameter datasets in their order (/coef, /intercept; or /layers/0/W, /layers/0/b, …) as
/// little-endian float64 in C order, −0 written as 0.
std::string parameters_sha256(const ModelDescription& model, const Vector& parameters);

}  // namespace lockstep
